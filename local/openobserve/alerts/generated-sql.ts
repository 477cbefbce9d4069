import type { QueryCondition } from "../conditions/query.js";
import type { Condition, ConditionTree } from "../conditions/tree.js";
import { readConditionTree } from "../conditions/tree.js";

/** The SQL of a condition that was put together with the mouse. */
export function generatedSql(stream: string, query: QueryCondition): Record<string, unknown> {
  const tree = readConditionTree(query.conditions);
  const where = tree ? ` WHERE ${condition(tree)}` : "";
  const { aggregation } = query;
  const groups = aggregation?.group_by ?? [];
  const metadata = {
    has_aggregation: aggregation !== null,
    has_conditions: tree !== undefined,
    has_group_by: groups.length > 0,
  };
  if (!aggregation) return { sql: `SELECT * FROM "${stream}" ${where}`, metadata };
  const { function: name, having } = aggregation;
  const call = aggregate(name, having.column);
  const columns = groups.map((column) => `"${column}"`);
  const selected = [...columns, `${call} AS alert_agg_value`, ...times].join(", ");
  const grouped = columns.length > 0 ? ` GROUP BY ${columns.join(", ")}` : "";
  const limit = ` HAVING ${call} ${having.operator} ${literal(having.value)}`;
  return { sql: `SELECT ${selected} FROM "${stream}" ${where}${grouped}${limit}`, metadata };
}

const times = ["MIN(_timestamp) as zo_sql_min_time", "MAX(_timestamp) AS zo_sql_max_time"];

function aggregate(name: string, column: string): string {
  const percentile = /^p(\d+)$/.exec(name)?.[1];
  return percentile
    ? `approx_percentile_cont("${column}", 0.${percentile})`
    : `${name.toUpperCase()}("${column}")`;
}

function condition(tree: ConditionTree): string {
  if ("and" in tree) return `(${tree.and.map(condition).join(" AND ")})`;
  if ("or" in tree) return `(${tree.or.map(condition).join(" OR ")})`;
  return "not" in tree ? `NOT (${condition(tree.not)})` : comparison(tree);
}

function comparison({ column, operator, value }: Condition): string {
  const text = String(value).replaceAll("'", "''");
  if (/^contains$/i.test(operator)) return `str_match("${column}", '${text}')`;
  if (/^not_?contains$/i.test(operator)) return `"${column}" NOT LIKE '%${text}%'`;
  return `"${column}" ${operator} ${literal(value)}`;
}

const literal = (value: unknown): string =>
  typeof value === "number" ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
