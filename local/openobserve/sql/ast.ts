import { type DataStore } from "../data/store.js";
import { InternalSearchError, SearchError, searchCodes } from "./errors.js";

/**
 * DuckDB's syntax tree as it serialises it. A node is an object with `type` (and `class` for expressions); the
 * rest depends on it. Only the few members that the rewriting needs are named.
 */
export interface AstNode {
  [member: string]: unknown;
  type?: unknown;
  class?: string;
  function_name?: string;
  children?: AstNode[];
  column_names?: string[];
  table_name?: string;
  alias?: string;
}

interface Serialized {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: { node: AstNode }[];
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * The tree of one SELECT statement.
 * @throws InternalSearchError when the text does not parse, SearchError when it is another statement
 */
export async function parseSql(data: DataStore, sql: string): Promise<AstNode> {
  const text = parsable(sql.trim().replace(/;\s*$/, ""));
  if (text === "") throw new InternalSearchError("Failed to parse sql");
  const { rows } = await data.query(`SELECT json_serialize_sql(${literal(text)})`);
  const parsed = JSON.parse(withoutNowhere(String(rows[0]?.[0]))) as Serialized;
  if (parsed.error) throw syntaxError(text, parsed);
  const [statement, more] = parsed.statements ?? [];
  if (!statement || more) throw new InternalSearchError("Failed to parse sql");
  return statement.node;
}

/**
 * What DuckDB's parser trips over: `default`, the usual name of the stream of OTLP, is a word of its own to it, and
 * it knows few functions that may be followed by WITHIN GROUP.
 */
const parsable = (sql: string): string =>
  sql
    .replace(/\b(from|join)(\s+)default\b/gi, '$1$2"default"')
    .replace(/\bapprox_percentile_cont(\s*\([^()]*\)\s*within\s+group\b)/gi, "percentile_cont$1");

/** The place of a node that has none is a number too large for JavaScript, and nobody looks at it. */
const withoutNowhere = (tree: string): string =>
  tree.replaceAll(`"query_location":${2n ** 64n - 1n}`, '"query_location":0');

/** Back to text, for DuckDB to run. */
export async function printSql(data: DataStore, node: AstNode): Promise<string> {
  const tree = JSON.stringify({ error: false, statements: [{ node, named_param_map: [] }] });
  const { rows } = await data.query(`SELECT json_deserialize_sql(${literal(tree)})`);
  return String(rows[0]?.[0]);
}

function syntaxError(sql: string, { error_type, error_message, position }: Serialized): Error {
  const [word = ""] = /\S+/.exec(sql) ?? [];
  if (error_type === "not implemented") return notSelect(sql, word.toUpperCase());
  const offset = Number(position ?? 0);
  const found = /\w+|\S/.exec(sql.slice(offset))?.[0] ?? "EOF";
  const before = sql.slice(0, offset).split("\n");
  const where =
    found === "EOF" ? "" : ` at Line: ${before.length}, Column: ${(before.at(-1)?.length ?? 0) + 1}`;
  const expected = offset === 0 ? "an SQL statement" : "end of statement";
  const detail = /syntax error at (or near|end)/.test(error_message ?? "")
    ? `Expected: ${expected}, found: ${found}${where}`
    : (error_message ?? "");
  return new InternalSearchError(`SQL error: ParserError(${JSON.stringify(detail)})`);
}

/** Statements that write are understood and refused. */
function notSelect(sql: string, verb: string): Error {
  const table = /(?:from|into|update|table)\s+"?(\w+)/i.exec(sql)?.[1] ?? "";
  const detail = `${verb} operation on table '${table}'\ncaused by\nThis feature is not implemented: ${verb} not supported for Base table`;
  return new SearchError(searchCodes.executeError, "Search SQL execute error", detail);
}

/** Visits every node below and including `root`, parents first. */
export function walk(root: unknown, visit: (node: AstNode) => void): void {
  if (Array.isArray(root)) {
    for (const item of root) walk(item, visit);
  } else if (typeof root === "object" && root !== null) {
    visit(root as AstNode);
    for (const value of Object.values(root)) if (typeof value === "object") walk(value, visit);
  }
}

/** Makes `node` another node, in place, so that its parent need not be known. The alias stays. */
export function replaceNode(node: AstNode, by: AstNode): void {
  const { alias } = node;
  for (const member of Object.keys(node)) Reflect.deleteProperty(node, member);
  Object.assign(node, by, alias === undefined ? {} : { alias });
}

export const constant = (value: string | number): AstNode => ({
  class: "CONSTANT",
  type: "VALUE_CONSTANT",
  alias: "",
  value: {
    type: {
      id: typeof value === "string" ? "VARCHAR" : Number.isInteger(value) ? "BIGINT" : "DOUBLE",
      type_info: null,
    },
    is_null: false,
    value,
  },
});

export const call = (name: string, children: readonly AstNode[]): AstNode => ({
  class: "FUNCTION",
  type: "FUNCTION",
  alias: "",
  function_name: name,
  schema: "",
  children: [...children],
  filter: null,
  order_bys: { type: "ORDER_MODIFIER", orders: [] },
  distinct: false,
  is_operator: false,
  export_state: false,
  catalog: "",
});

export const column = (name: string): AstNode => ({
  class: "COLUMN_REF",
  type: "COLUMN_REF",
  alias: "",
  column_names: [name],
});

export const either = (children: readonly AstNode[]): AstNode => ({
  class: "CONJUNCTION",
  type: "CONJUNCTION_OR",
  alias: "",
  children: [...children],
});

/** The value of a constant, a decimal's scale applied; undefined when the node is none. */
export function constantOf(node: AstNode | undefined): string | number | undefined {
  if (node?.class === "CAST") return constantOf(node.child as AstNode);
  if (node?.class !== "CONSTANT") return undefined;
  const { type, value } = node.value as {
    type: { id: string; type_info: { scale?: number } | null };
    value: unknown;
  };
  if (type.id === "DECIMAL" && typeof value === "number") return value / 10 ** (type.type_info?.scale ?? 0);
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}
