import { type ServerContext } from "../context.js";
import { quoted } from "../data/database.js";
import { type StreamKey, type StreamType } from "../data/store.js";
import { columnsOf } from "../streams/columns.js";
import { type AstNode, constant, parseSql, printSql } from "./ast.js";
import { InternalSearchError } from "./errors.js";
import { asSearchError } from "./failure.js";
import { type Analysis, analyse, columnTypes, type Source, sourcesOf } from "./plan.js";
import { rewrite } from "./rewrite.js";
import { toPlain } from "./values.js";

export interface SearchQuery {
  readonly sql: string;
  /** Microseconds, the end not included. */
  readonly start: number;
  readonly end: number;
  readonly from: number;
  /** 0 or less for as many as the server gives at most. */
  readonly size: number;
  /** Asks for the number of rows instead of the rows. */
  readonly trackTotalHits?: boolean;
}

export type Hit = Record<string, unknown>;

export interface SearchResult {
  readonly hits: readonly Hit[];
  readonly analysis: Analysis;
  readonly binSeconds: number | undefined;
  /** Rows of the streams that lie in the time range. */
  readonly scannedRecords: number;
  /** The range that was searched, where a stream's `max_query_range` made it shorter. */
  readonly restricted: { readonly start: number; readonly end: number; readonly hours: number } | undefined;
}

/** Rows that a search gives when it does not say how many. */
export const defaultSize = 1000;

/**
 * Runs SQL in the server's dialect over the streams of one type.
 * @throws SearchError, InternalSearchError, UnsupportedSql
 */
export async function search(
  context: ServerContext,
  organization: string,
  type: StreamType,
  query: SearchQuery,
): Promise<SearchResult> {
  const root = await parseSql(context.data, query.sql);
  const analysis = analyse(root);
  const keyOf = (name: string): StreamKey => ({ organization, type, name });
  const sources = sourcesOf(analysis, (name) => sourceOf(context, keyOf(name)));
  if (!(query.start > 0) || query.end <= query.start)
    throw new InternalSearchError("[file_list] invalid time range");
  const restricted = restriction(
    context,
    sources.map(({ name }) => keyOf(name)),
    query,
  );
  const { start, end } = restricted ?? query;
  const types = columnTypes(sources);
  const binSeconds = rewrite(root, { sources, types, start, end });
  if (query.trackTotalHits !== true) complete(root, analysis, query);
  const text = await printSql(context.data, root);
  const sql = withStreams(text, sources, start, end);
  try {
    const final = query.trackTotalHits === true ? `SELECT count(*) AS zo_sql_num FROM (${sql})` : sql;
    const [{ names, rows }, scannedRecords] = await Promise.all([
      context.data.query(final),
      countRows(context, sources, start, end),
    ]);
    const hits = rows.map((row) => toHit(names, row));
    return { hits, analysis, binSeconds, scannedRecords, restricted };
  } catch (error) {
    throw asSearchError(error, sources, analysis);
  }
}

function sourceOf(context: ServerContext, key: StreamKey): Omit<Source, "name"> | undefined {
  const columns = columnsOf(context, key);
  const table = context.data.tableOf(key);
  if (columns === undefined || columns.length === 0 || table === undefined) return undefined;
  const { full_text_search_keys } = context.streams.settings(key);
  const wanted = new Set([...context.version.defaultFullTextFields, ...full_text_search_keys]);
  const fullText = columns
    .filter((column) => column.type === "Utf8" && wanted.has(column.name))
    .map(({ name }) => name);
  return { table, columns, fullText };
}

/** A stream may allow only its newest hours to be searched at once. */
function restriction(
  { streams }: ServerContext,
  keys: readonly StreamKey[],
  { start, end }: SearchQuery,
): SearchResult["restricted"] {
  const limits = keys.map((key) => streams.settings(key).max_query_range).filter((hours) => hours > 0);
  const hours = Math.min(...limits);
  const shortest = end - hours * 3_600_000_000;
  return limits.length > 0 && start < shortest ? { start: shortest, end, hours } : undefined;
}

/** Adds the order and the limit that the server adds. */
function complete(root: AstNode, { plain, hasLimit, order }: Analysis, { from, size }: SearchQuery): void {
  const modifiers = (root.modifiers ??= []) as AstNode[];
  if (plain && !modifiers.some(({ type }) => type === "ORDER_MODIFIER") && order.length > 0) {
    const expression = { class: "COLUMN_REF", type: "COLUMN_REF", alias: "", column_names: ["_timestamp"] };
    // The tree's reader wants the order before the limit.
    modifiers.unshift({
      type: "ORDER_MODIFIER",
      orders: [{ type: "DESCENDING", null_order: "ORDER_DEFAULT", expression }],
    });
  }
  if (hasLimit) return;
  const limit = constant(size > 0 ? size : defaultSize);
  modifiers.push({ type: "LIMIT_MODIFIER", limit, offset: from > 0 ? constant(from) : null });
}

/** Puts the streams, cut to the time range, under their own names in front of the query. */
function withStreams(sql: string, sources: readonly Source[], start: number, end: number): string {
  const streams = sources.map(({ name, table, columns }) => {
    const list = columns.map((column) => quoted(column.name)).join(", ");
    const range = `_timestamp >= ${start} AND _timestamp < ${end}`;
    return `${quoted(name)} AS NOT MATERIALIZED (SELECT ${list} FROM ${table} WHERE ${range})`;
  });
  if (streams.length === 0) return sql;
  const own = /^WITH\s+(RECURSIVE\s+)?/i.exec(sql);
  return own
    ? `WITH ${own[1] ?? ""}${streams.join(", ")}, ${sql.slice(own[0].length)}`
    : `WITH ${streams.join(", ")} ${sql}`;
}

async function countRows(
  { data }: ServerContext,
  sources: readonly Source[],
  start: number,
  end: number,
): Promise<number> {
  if (sources.length === 0) return 0;
  const counts = sources.map(
    ({ table }) => `(SELECT count(*) FROM ${table} WHERE _timestamp >= ${start} AND _timestamp < ${end})`,
  );
  const { rows } = await data.query(`SELECT ${counts.join(" + ")}`);
  return Number(rows[0]?.[0] ?? 0);
}

/** Members in the order of their names; what is null is left out. */
function toHit(names: readonly string[], row: readonly unknown[]): Hit {
  const members = names.flatMap((name, index) => {
    const value = row[index];
    return value === null || value === undefined ? [] : [[name, toPlain(value)] as const];
  });
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
