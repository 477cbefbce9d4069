import { type Column, type ColumnType } from "../data/store.js";
import { type AstNode, walk } from "./ast.js";
import { SearchError, searchCodes, streamNotFound, UnsupportedSql } from "./errors.js";
import { closestName, knowledgeOf } from "./functions.js";

/** What can be said of a query before it runs. */
export interface Analysis {
  /** Streams it reads, as they are written. */
  readonly streams: readonly string[];
  readonly referenced: ReadonlySet<string>;
  /** Rows of one stream as they are: no join, grouping, aggregate, DISTINCT, subquery. */
  readonly plain: boolean;
  readonly selectsStar: boolean;
  readonly hasLimit: boolean;
  readonly order: readonly (readonly [string, "asc" | "desc"])[];
  /** Whether the server would draw its histogram above the result. */
  readonly histogramEligible: boolean;
}

const aggregates = new Set(
  `count_star count sum avg mean min max median stddev stddev_pop stddev_samp var var_pop var_samp var_sample array_agg
  string_agg bool_and bool_or bit_and bit_or bit_xor corr covar covar_pop covar_samp approx_distinct approx_median
  approx_percentile_cont percentile_cont quantile_cont first_value last_value nth_value`.split(/\s+/),
);

/** @throws SearchError for a function that nobody knows, UnsupportedSql for one that only the real server has */
export function analyse(root: AstNode): Analysis {
  const ctes = new Set<string>();
  const tables: string[] = [];
  const referenced = new Set<string>();
  /** Kinds of nodes seen; aggregate functions count as one. */
  const seen = new Set<unknown>();
  walk(root, (node) => {
    seen.add(node.type);
    if (node.type === "BASE_TABLE") tables.push(node.table_name ?? "");
    if (node.type === "TABLE_FUNCTION") throw new UnsupportedSql("table functions in FROM");
    for (const name of cteNames(node)) ctes.add(name);
    for (const name of node.column_names ?? []) referenced.add(name);
    if (node.function_name !== undefined && (node.class === "FUNCTION" || node.class === "WINDOW")) {
      assertKnown(node.function_name);
      if (node.class === "FUNCTION" && aggregates.has(node.function_name)) seen.add("AGGREGATE");
    }
  });
  const modifiers = (root.modifiers ?? []) as AstNode[];
  const distinct = modifiers.some(({ type }) => type === "DISTINCT_MODIFIER");
  const hasLimit = modifiers.some(({ type }) => type === "LIMIT_MODIFIER");
  const groups = ((root.group_expressions ?? []) as AstNode[]).length > 0;
  const single = root.type === "SELECT_NODE" && (root.from_table as AstNode).type === "BASE_TABLE";
  const plain =
    single && !seen.has("SUBQUERY") && !seen.has("AGGREGATE") && !groups && !distinct && ctes.size === 0;
  return {
    streams: [...new Set(tables)].filter((name) => !ctes.has(name)),
    referenced,
    plain,
    selectsStar: ((root.select_list ?? []) as AstNode[]).some((node) => node.class === "STAR"),
    hasLimit,
    order: orderOf(modifiers, plain),
    histogramEligible:
      !hasLimit && !distinct && !seen.has("JOIN") && ctes.size === 0 && root.type === "SELECT_NODE",
  };
}

function cteNames(node: AstNode): string[] {
  const map = (node.cte_map as { map?: { key: string }[] } | undefined)?.map ?? [];
  return map.map(({ key }) => key);
}

function assertKnown(name: string): void {
  switch (knowledgeOf(name)) {
    case "known":
      return;
    case "unsupported":
      throw new UnsupportedSql(`the SQL function ${name}`);
    case "unknown":
      throw new SearchError(
        searchCodes.functionNotDefined,
        `Search function not defined: Error during planning: Invalid function '${name}'.\nDid you mean '${closestName(name)}'?`,
      );
  }
}

/** The newest rows come first unless the query says otherwise. */
function orderOf(modifiers: readonly AstNode[], plain: boolean): (readonly [string, "asc" | "desc"])[] {
  const orders = modifiers.find(({ type }) => type === "ORDER_MODIFIER")?.orders as
    { type: string; expression: AstNode }[] | undefined;
  if (orders === undefined) return plain ? [["_timestamp", "desc"]] : [];
  return orders.map(({ type, expression }) => [
    expression.column_names?.at(-1) ?? expression.function_name ?? "",
    type === "DESCENDING" ? "desc" : "asc",
  ]);
}

/** A stream that the query reads, with the columns that it may see. */
export interface Source {
  readonly name: string;
  readonly table: string;
  readonly columns: readonly Column[];
  readonly fullText: readonly string[];
}

/** Columns that `*` leaves out and that must be asked for by name. */
const hidden = new Set(["_original", "_o2_id", "_all_values", "_all"]);

export const visibleColumns = (
  columns: readonly Column[],
  referenced: ReadonlySet<string>,
): readonly Column[] => columns.filter(({ name }) => !hidden.has(name) || referenced.has(name));

/** @throws SearchError 20002 */
export function sourcesOf(
  { streams, referenced }: Analysis,
  find: (name: string) => Omit<Source, "name"> | undefined,
): Source[] {
  return streams.map((name) => {
    const found = find(name);
    if (!found) throw streamNotFound(name);
    return { ...found, name, columns: visibleColumns(found.columns, referenced) };
  });
}

/** Types of the columns whose name is not ambiguous. */
export function columnTypes(sources: readonly Source[]): ReadonlyMap<string, ColumnType> {
  const types = new Map<string, ColumnType>();
  for (const { columns } of sources) for (const { name, type } of columns) types.set(name, type);
  return types;
}
