import type { QueryCondition, TriggerCondition } from "../conditions/query.js";
import { cronError, pinSecond } from "../conditions/schedule.js";
import { outputName, selectList, sqlSyntaxError } from "../conditions/sql.js";

/** The source of a scheduled pipeline. */
export interface ScheduledSource {
  readonly source_type: "scheduled";
  readonly org_id: string;
  readonly stream_type: string;
  readonly query_condition: QueryCondition;
  readonly trigger_condition: TriggerCondition;
  readonly tz_offset: number;
}

/** Undefined when the query may run on a schedule. */
export function brokenSchedule(source: ScheduledSource): string | undefined {
  const { query_condition: query, trigger_condition: trigger } = source;
  const broken = query.type === "sql" ? brokenSql(query.sql) : brokenPromql(query);
  if (broken !== undefined) return broken;
  return trigger.frequency_type === "cron" ? cronError(pinSecond(trigger.cron, 0)) : undefined;
}

function brokenSql(sql: string | null): string | undefined {
  if (sql === null || sql === "") return "Scheduled pipeline with SQL mode should have a query";
  const syntax = sqlSyntaxError(sql);
  if (syntax !== undefined) return `Invalid SQL: sql parser error: ${syntax}`;
  const selected = selectList(sql).some((item) => item.endsWith("*") || outputName(item) === "_timestamp");
  return selected
    ? undefined
    : "SQL for scheduled pipeline must include _timestamp, or aliased as _timestamp.\ne.g. SELECT app_name, MAX(_timestamp) AS _timestamp FROM ...";
}

const brokenPromql = ({ type, promql, promql_condition }: QueryCondition): string | undefined =>
  type === "promql" && (promql === "" || promql_condition === null)
    ? "Scheduled pipeline with PromQL mode should have a query and condition"
    : undefined;
