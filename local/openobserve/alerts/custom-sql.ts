import type { QueryCondition } from "../conditions/query.js";
import { type Column, type ColumnType } from "../data/store.js";
import { type Comparison, type ConditionItem, type Conditions } from "../pipeline/condition.js";

/** Thrown where a custom query cannot be put into SQL: an unknown column, a value of the wrong type. */
export class CustomQueryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CustomQueryError";
  }
}

/**
 * The SQL that a custom alert runs over its stream.
 * @throws CustomQueryError
 */
export function customSql(stream: string, query: QueryCondition, columns: readonly Column[]): string {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const condition = query.conditions === null ? "" : conditionSql(query.conditions as Conditions, types);
  const where = condition === "" ? "" : ` WHERE ${condition}`;
  const { aggregation } = query;
  if (aggregation === null) return `SELECT * FROM "${stream}"${where}`;
  const { function: name, having, group_by } = aggregation;
  const type = types.get(having.column);
  if (type === undefined) {
    throw new CustomQueryError(`Aggregation column ${having.column} not found on stream ${stream}`);
  }
  const groups = group_by ?? [];
  const selected = [
    ...groups,
    `${aggregateSql(name, having.column)} AS alert_agg_value`,
    "MIN(_timestamp) as zo_sql_min_time",
    "MAX(_timestamp) AS zo_sql_max_time",
  ];
  const grouping = groups.length > 0 ? ` GROUP BY ${groups.join(", ")}` : "";
  const limit = comparisonSql({ ...(having as Comparison), column: "alert_agg_value" }, type);
  return `SELECT ${selected.join(", ")} FROM "${stream}"${where}${grouping} HAVING ${limit}`;
}

function aggregateSql(name: string, column: string): string {
  const percentile = /^p(\d+)$/.exec(name)?.[1];
  return percentile === undefined
    ? `${name.toUpperCase()}("${column}")`
    : `approx_percentile_cont("${column}", 0.${percentile})`;
}

type Types = ReadonlyMap<string, ColumnType>;

function conditionSql(conditions: Conditions, types: Types): string {
  if (isList(conditions)) return joined(conditions, "AND", types);
  if ("version" in conditions) return conditionSql(conditions.conditions, types);
  if ("filterType" in conditions) return groupSql(conditions.conditions, types);
  if ("or" in conditions) return joined(conditions.or, "OR", types);
  if ("and" in conditions) return joined(conditions.and, "AND", types);
  if ("not" in conditions) return `NOT (${conditionSql(conditions.not, types)})`;
  return fieldSql(conditions, types);
}

const isList = (conditions: Conditions): conditions is readonly Comparison[] => Array.isArray(conditions);

function joined(conditions: readonly Conditions[], operator: string, types: Types): string {
  if (conditions.length === 0) return "";
  return `(${conditions.map((each) => conditionSql(each, types)).join(` ${operator} `)})`;
}

function groupSql(items: readonly ConditionItem[], types: Types): string {
  if (items.length === 0) return "";
  const parts = items.map((item, index) => {
    const sql = item.filterType === "group" ? groupSql(item.conditions, types) : fieldSql(item, types);
    return index === 0 ? sql : ` ${item.logicalOperator ?? "AND"} ${sql}`;
  });
  return `(${parts.join("")})`;
}

function fieldSql(comparison: Comparison, types: Types): string {
  const type = types.get(comparison.column);
  if (type === undefined) throw new CustomQueryError(`Column ${comparison.column} not found`);
  return comparisonSql(comparison, type);
}

function comparisonSql({ column, operator, value }: Comparison, type: ColumnType): string {
  const field = `"${column}"`;
  if (type !== "Utf8")
    return `${field} ${plainOperator(operator, column, type)} ${literal(value, column, type)}`;
  const text = (typeof value === "string" ? value : JSON.stringify(value)).replaceAll("'", "''");
  if (/^contains$/i.test(operator)) return `str_match(${field}, '${text}')`;
  if (/^not_?contains$/i.test(operator)) return `${field} NOT LIKE '%${text}%'`;
  return `${field} ${operator} '${text}'`;
}

function plainOperator(operator: string, column: string, type: ColumnType): string {
  if (!/contains/i.test(operator)) return operator;
  throw new CustomQueryError(
    `Column ${column} has data_type [${type}] and it does not supported operator [${operator}]`,
  );
}

function literal(value: unknown, column: string, type: ColumnType): string {
  const text = String(value);
  const fits = type === "Boolean" ? /^(true|false)$/.test(text) : text !== "" && !Number.isNaN(Number(text));
  if (fits) return text;
  throw new CustomQueryError(
    `Column [${column}] dataType is [${type}] but value is [${JSON.stringify(value)}]`,
  );
}
