/**
 * SQL that means the same on OpenObserve v0.60 and v0.90: streams by their stored name, columns named, and a
 * float before every division, as two integers divide to an integer.
 */

/** A value as SQL writes it. */
export const sqlString = (text: string): string => `'${text.replace(/'/g, "''")}'`;

/** A stream or column; stored names need no escaping, quotes keep reserved words apart. */
export const sqlName = (name: string): string => `"${name.replace(/"/g, '""')}"`;

export interface Select {
  /** Columns by the name they get: an expression, or the column of that name. */
  readonly columns: Readonly<Record<string, string>>;
  /** Stored name of the stream. */
  readonly from: string;
  readonly where?: string;
  readonly groupBy?: readonly string[];
  readonly having?: string;
  readonly orderBy?: string;
  readonly limit?: number;
}

/** One query over one stream; the time range is the caller's, as the server takes it beside the query. */
export function select(query: Select): string {
  const columns = Object.entries(query.columns).map(([name, expression]) =>
    expression === name ? name : `${expression} AS ${name}`,
  );
  const clauses = [
    `SELECT ${columns.join(", ")}`,
    `FROM ${sqlName(query.from)}`,
    query.where === undefined ? "" : `WHERE ${query.where}`,
    query.groupBy === undefined ? "" : `GROUP BY ${query.groupBy.join(", ")}`,
    query.having === undefined ? "" : `HAVING ${query.having}`,
    query.orderBy === undefined ? "" : `ORDER BY ${query.orderBy}`,
    query.limit === undefined ? "" : `LIMIT ${query.limit}`,
  ];
  return clauses.filter((clause) => clause !== "").join(" ");
}

/** Columns that keep their names. */
export const columns = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, name]));

/** That a column is none of some values; a record without one is left in. */
export const isNot = (column: string, values: readonly string[]): string =>
  `(${column} IS NULL OR ${column} NOT IN (${values.map(sqlString).join(", ")}))`;

/** That an id starts with none of some texts; a record without one is left in. */
export const startsWithNone = (column: string, prefixes: readonly string[]): string => {
  const unlike = prefixes.map((prefix) => `${column} NOT LIKE ${sqlString(`${prefix}%`)}`);
  return `(${column} IS NULL OR (${unlike.join(" AND ")}))`;
};

/** A share, as a fraction and not an integer. */
export const sqlRatio = (part: string, whole: string): string => `${part} * 1.0 / ${whole}`;

/** How many of the records a condition holds for. */
export const countOf = (condition: string): string => `SUM(CASE WHEN ${condition} THEN 1 ELSE 0 END)`;

/** The share of the records for which a condition holds, 0 to 1. */
export const share = (condition: string): string => sqlRatio(countOf(condition), "COUNT(*)");

/** A quantile, 0 to 1, of a column's values. */
export const percentile = (column: string, quantile: number): string =>
  `approx_percentile_cont(${column}, ${quantile})`;
