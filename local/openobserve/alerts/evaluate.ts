import type { QueryCondition, TriggerCondition } from "../conditions/query.js";
import { type Column } from "../data/store.js";
import { type JsonObject } from "../ingest/json.js";
import { type Conditions, matches } from "../pipeline/condition.js";
import { parsePromql, PromqlError, type ResultSeries } from "../promql/index.js";
import { customSql } from "./custom-sql.js";
import {
  type AlertRow,
  countMeets,
  promqlOf,
  promqlRows,
  promqlStep,
  rowLimit,
  type TimeWindow,
} from "./rules.js";

/** As much of an alert as its evaluation looks at. */
export interface EvaluatedAlert {
  readonly stream_name: string;
  readonly query_condition: QueryCondition;
  readonly trigger_condition: TriggerCondition;
}

/** Where an evaluation gets its data; times in microseconds. */
export interface AlertQueries {
  /** Columns of the alert's stream. */
  columns(): readonly Column[];
  sql(sql: string, window: TimeWindow, limit: number): Promise<readonly AlertRow[]>;
  promql(query: string, window: TimeWindow, step: number): Promise<readonly ResultSeries[]>;
}

/**
 * Evaluates a scheduled alert over a window.
 * @returns the rows to tell of, undefined when it does not fire
 * @throws what the queries throw, CustomQueryError
 */
export async function evaluateAlert(
  { stream_name, query_condition: query, trigger_condition: trigger }: EvaluatedAlert,
  window: TimeWindow,
  queries: AlertQueries,
): Promise<readonly AlertRow[] | undefined> {
  if (query.type === "promql") return evaluatePromql(query, trigger, window, queries);
  const sql = query.type === "sql" ? query.sql : customQuery(stream_name, query, queries);
  if (!sql) return undefined;
  const rows = await queries.sql(sql, window, rowLimit(trigger));
  return countMeets(trigger, rows.length) ? rows : undefined;
}

const customQuery = (stream: string, query: QueryCondition, queries: AlertQueries): string | undefined =>
  query.conditions === null ? undefined : customSql(stream, query, queries.columns());

/** An expression that cannot be evaluated does not fire, and nobody hears of it. */
async function evaluatePromql(
  query: QueryCondition,
  trigger: TriggerCondition,
  window: TimeWindow,
  queries: AlertQueries,
): Promise<readonly AlertRow[] | undefined> {
  const promql = promqlOf(query);
  if (promql === undefined) return undefined;
  try {
    parsePromql(promql);
    const rows = promqlRows(trigger, await queries.promql(promql, window, promqlStep(window)));
    return rows.length > 0 ? rows : undefined;
  } catch (error) {
    if (error instanceof PromqlError) return undefined;
    throw error;
  }
}

/** Whether a realtime alert fires for a record as it comes in. */
export const firesAtOnce = ({ conditions }: QueryCondition, record: JsonObject): boolean =>
  conditions !== null && matches(conditions as Conditions, record);
