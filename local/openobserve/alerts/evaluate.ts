import type { QueryCondition, TriggerCondition } from "../conditions/query.js";
import { type Column } from "../data/store.js";
import { type JsonObject } from "../ingest/json.js";
import { type Conditions, matches } from "../pipeline/condition.js";
import { parsePromql, PromqlError, type ResultSeries } from "../promql/index.js";
import { runVrlBatch } from "../vrl/run-batch.js";
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

/** Thrown for what the real server does and the stand-in does not, so that it never fires for the wrong reason. */
export class UnsupportedAlert extends Error {
  constructor(feature: string) {
    super(`the embedded OpenObserve does not support alerts with ${feature}`);
    this.name = "UnsupportedAlert";
  }
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
  if (query.multi_time_range !== null && query.multi_time_range.length > 0) {
    throw new UnsupportedAlert("comparing several time ranges");
  }
  const found = await queries.sql(sql, window, rowLimit(trigger));
  const rows = query.vrl_function === null ? found : transformed(query.vrl_function, found);
  return countMeets(trigger, rows.length) ? rows : undefined;
}

const customQuery = (stream: string, query: QueryCondition, queries: AlertQueries): string | undefined =>
  query.conditions === null ? undefined : customSql(stream, query, queries.columns());

/** Runs the alert's VRL program, which comes in URL-safe base64, over its rows; what it makes null is dropped. */
function transformed(encoded: string, rows: readonly AlertRow[]): readonly AlertRow[] {
  const program = Buffer.from(encoded, "base64url").toString("utf8");
  if (/^#\s*Result\s*Array\s*#/i.test(program)) throw new UnsupportedAlert("VRL over all rows at once");
  return runVrlBatch(program, rows).flatMap((run, index) => {
    const row = run.ok ? run.event : rows[index];
    return isRow(row) ? [row] : [];
  });
}

const isRow = (value: unknown): value is AlertRow => typeof value === "object" && value !== null;

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
