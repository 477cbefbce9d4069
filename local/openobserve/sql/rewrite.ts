import { type ColumnType } from "../data/store.js";
import { type AstNode, call, column, constant, constantOf, either, replaceNode, walk } from "./ast.js";
import { SearchError, searchCodes } from "./errors.js";
import { duckName } from "./functions.js";
import { defaultBinSeconds, parseInterval } from "./histogram.js";
import { type Source } from "./plan.js";

export interface RewriteOptions {
  readonly sources: readonly Source[];
  readonly types: ReadonlyMap<string, ColumnType>;
  /** Microseconds. */
  readonly start: number;
  readonly end: number;
}

/**
 * Turns the tree of a query in the real engine's dialect into DuckDB's, in place.
 * @returns the width of the histogram's bins in seconds, if it has one
 */
export function rewrite(root: AstNode, options: RewriteOptions): number | undefined {
  let binSeconds: number | undefined;
  walk(root, (node) => {
    if (node.class === "CONSTANT") decimalToDouble(node);
    if (node.class === "COMPARISON") coerce(node.left as AstNode, node.right as AstNode, options.types);
    if (node.type === "COMPARE_IN" || node.type === "COMPARE_NOT_IN")
      coerceAll(node.children ?? [], options.types);
    if (node.class !== "FUNCTION" || node.function_name === undefined) return;
    switch (node.function_name) {
      case "histogram":
        binSeconds = expandHistogram(node, options);
        break;
      case "match_all":
      case "match_all_raw":
      case "match_all_raw_ignore_case":
        expandMatch(node, options.sources, (field, text) => call("str_match_ignore_case", [field, text]));
        break;
      case "fuzzy_match_all":
        expandMatch(node, options.sources, (field, text) =>
          call("fuzzy_match", [field, text, node.children?.[1] ?? constant(1)]),
        );
        break;
      case "approx_percentile_cont":
      case "percentile_cont":
      case "quantile_cont":
        expandPercentile(node);
        break;
      case "arrow_cast":
        expandArrowCast(node);
        break;
      case "json_get":
      case "json_get_str":
      case "json_get_int":
      case "json_get_float":
      case "json_get_bool":
      case "json_get_json":
      case "json_as_text":
        joinPath(node);
        break;
      case "nvl":
      case "ifnull":
        replaceNode(node, coalesce(node.children ?? []));
        break;
      default:
        node.function_name = duckName(node.function_name);
    }
  });
  return binSeconds;
}

/** The real engine reads `0.95` as a double; as decimals, products of large sums would overflow. */
function decimalToDouble(node: AstNode): void {
  const type = (node.value as { type: { id: string } }).type.id;
  const value = constantOf(node);
  if (type !== "DECIMAL" || typeof value !== "number") return;
  // The tree's reader takes no whole number for a double.
  if (Number.isInteger(value)) replaceNode(node, castTo(constant(value), "DOUBLE"));
  else replaceNode(node, constant(value));
}

/** Text and number are compared as text, which DuckDB refuses where the text is no number. */
function coerce(left: AstNode, right: AstNode, types: ReadonlyMap<string, ColumnType>): void {
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const type = side.class === "COLUMN_REF" ? types.get(side.column_names?.at(-1) ?? "") : undefined;
    const value = other.class === "CONSTANT" ? constantOf(other) : undefined;
    if (type === undefined || value === undefined) continue;
    if (type === "Utf8" && typeof value === "number") replaceNode(other, constant(String(value)));
    const isNumeric = type !== "Utf8" && type !== "Boolean";
    if (isNumeric && typeof value === "string" && Number.isNaN(Number(value)))
      replaceNode(side, asText({ ...side }));
  }
}

function coerceAll([side, ...others]: readonly AstNode[], types: ReadonlyMap<string, ColumnType>): void {
  if (side) for (const other of others) coerce(side, other, types);
}

const castTo = (child: AstNode, id: string): AstNode => ({
  class: "CAST",
  type: "OPERATOR_CAST",
  alias: "",
  child,
  cast_type: { id, type_info: null },
  try_cast: false,
});
const asText = (child: AstNode) => castTo(child, "VARCHAR");

function expandHistogram(node: AstNode, { start, end, types }: RewriteOptions): number {
  const [time = column("_timestamp"), width] = node.children ?? [];
  const given = constantOf(width);
  const seconds = typeof given === "string" ? parseInterval(given) : defaultBinSeconds(start, end);
  // Microseconds need no conversion, which a million rows would notice.
  const isMicros = time.class === "COLUMN_REF" && types.get(time.column_names?.at(-1) ?? "") === "Int64";
  const micros = isMicros ? time : call("o2_micros", [time]);
  replaceNode(node, call("o2_bin", [micros, constant(seconds * 1_000_000)]));
  return seconds;
}

/** Some full-text column holds the text. */
function expandMatch(
  node: AstNode,
  sources: readonly Source[],
  match: (field: AstNode, text: AstNode) => AstNode,
): void {
  const text = constantOf(node.children?.[0]);
  const fields = [...new Set(sources.flatMap(({ fullText }) => fullText))];
  if (typeof text !== "string" || fields.length === 0) {
    throw new SearchError(searchCodes.fullTextFieldNotFound, "Full text search field not found");
  }
  // A leading or trailing star asks for what is done anyway.
  const wanted = constant(text.replace(/^\*|\*$/g, ""));
  const matches = fields.map((field) => coalesce([match(column(field), wanted), falsehood()]));
  const [only] = matches;
  replaceNode(node, matches.length === 1 && only ? only : either(matches));
}

const coalesce = (children: readonly AstNode[]): AstNode => ({
  class: "OPERATOR",
  type: "OPERATOR_COALESCE",
  alias: "",
  children: [...children],
});

const falsehood = (): AstNode => castTo(constant("false"), "BOOLEAN");

/** `f(x, p)` or `f(p) WITHIN GROUP (ORDER BY x)`: the exact value, interpolated between neighbours. */
function expandPercentile(node: AstNode): void {
  const orders = (node.order_bys as { orders?: { expression: AstNode }[] } | undefined)?.orders ?? [];
  const [value, fraction] = [...orders.map(({ expression }) => expression), ...(node.children ?? [])];
  if (value === undefined || fraction === undefined) return;
  node.function_name = "quantile_cont";
  node.children = [castTo(value, "DOUBLE"), fraction];
  node.order_bys = { type: "ORDER_MODIFIER", orders: [] };
}

const arrowTypes: Readonly<Record<string, string>> = {
  Utf8: "VARCHAR",
  LargeUtf8: "VARCHAR",
  Int8: "TINYINT",
  Int16: "SMALLINT",
  Int32: "INTEGER",
  Int64: "BIGINT",
  UInt64: "UBIGINT",
  Float32: "FLOAT",
  Float64: "DOUBLE",
  Boolean: "BOOLEAN",
};

function expandArrowCast(node: AstNode): void {
  const [child, type] = node.children ?? [];
  const target = arrowTypes[String(constantOf(type))];
  if (child === undefined || target === undefined) {
    throw new SearchError(
      searchCodes.sqlNotValid,
      "Search SQL not valid: arrow_cast requires a known type name",
    );
  }
  replaceNode(node, castTo(child, target));
}

/** Keys given one by one become one path. */
function joinPath(node: AstNode): void {
  const [document, ...keys] = node.children ?? [];
  const path = keys.map((key) => {
    const value = constantOf(key);
    return typeof value === "number" ? `[${value}]` : `."${String(value)}"`;
  });
  if (document) node.children = [document, constant(`$${path.join("")}`)];
}
