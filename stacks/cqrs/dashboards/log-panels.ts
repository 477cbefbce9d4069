import { type DashboardId, type LogStreamRole, streams } from "@o2cqrs/contract";
import { sql } from "../queries/index.js";
import type { UnplacedPanel } from "./builder.js";
import { colours } from "./colours.js";
import { narrowTo, recordsOf, traceOfRecord } from "./drill-down.js";
import { bars, figure, table, timeseries } from "./panels.js";
import { chosenRecords } from "./variables.js";

/** What one bus logs, and how its operations are counted. */
export interface BusLog {
  readonly dashboard: DashboardId;
  readonly role: LogStreamRole;
  /** Plural of the operation: `commands`. */
  readonly operations: string;
  /** Which records are finished operations: a start and its end are one. */
  readonly finished: string;
  /** Slowest p95 that is acceptable, in milliseconds. */
  readonly limitMs: number;
}

const percentile = (quantile: number) => sql.percentile("duration_ms", quantile);
const moment = "histogram(_timestamp)";

/** Width of a bar of the distribution, in milliseconds. */
const barMs = 50;

/** The panels that every bus has, over the records of its log. */
export function logPanels(log: BusLog) {
  const stream = streams[log.role].storedName;
  const { operations } = log;
  const where = chosenRecords(log.finished);
  const of = (columns: Record<string, string>, rest: Partial<sql.Select> = {}) =>
    sql.select({ columns, from: stream, where, ...rest });
  const overTime = (columns: Record<string, string>, by: readonly string[] = []) =>
    of(
      { moment, ...Object.fromEntries(by.map((column) => [column, column])), ...columns },
      { groupBy: ["moment", ...by], orderBy: "moment" },
    );
  const id = (name: string) => `${log.role}-${name}`;
  const Operations = operations.charAt(0).toUpperCase() + operations.slice(1);

  const total = figure({
    id: id("total"),
    title: Operations,
    description: `Finished ${operations} in the range`,
    stream,
    sql: of({ value: "COUNT(*)" }),
  });
  const successRate = figure({
    id: id("success"),
    title: "Success rate",
    description: `Share of ${operations} that did not fail`,
    stream,
    sql: of({ value: sql.share("status != 'error'") }),
    unit: "percent-1",
    decimals: 2,
  });
  const p95 = figure({
    id: id("p95"),
    title: "p95",
    description: `95 of 100 ${operations} are at least this fast; the limit is ${log.limitMs} ms`,
    stream,
    sql: of({ value: percentile(0.95) }),
    unit: "milliseconds",
    decimals: 1,
  });
  const trend = timeseries({
    id: id("trend"),
    title: `${Operations} by outcome`,
    description: `Finished ${operations} over time`,
    stream,
    sql: overTime({ succeeded: sql.countOf("status != 'error'"), failed: sql.countOf("status = 'error'") }),
    measures: { succeeded: colours.good, failed: colours.bad },
    type: "stacked",
  });
  const successTrend = timeseries({
    id: id("success-trend"),
    title: "Success rate over time",
    description: `Share of ${operations} that did not fail`,
    stream,
    sql: overTime({ success: sql.share("status != 'error'") }),
    measures: { success: colours.good },
    unit: "percent-1",
  });
  const latency = timeseries({
    id: id("latency"),
    title: "Duration p50, p95, p99",
    description: `How long ${operations} take; the line is the limit of the alert on p95`,
    stream,
    sql: overTime({ p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) }),
    measures: { p50: colours.fast, p95: colours.typical, p99: colours.slow },
    unit: "milliseconds",
    limit: { name: "p95 limit", value: log.limitMs },
  });
  const distribution = bars({
    id: id("distribution"),
    title: "Distribution of durations",
    description: `${Operations} in steps of ${barMs} ms; each bar starts at its label`,
    stream,
    sql: of(
      { from_ms: `FLOOR(duration_ms / ${barMs}) * ${barMs}`, operations: "COUNT(*)" },
      { groupBy: ["from_ms"], orderBy: "from_ms" },
    ),
    by: "from_ms",
    measure: "operations",
  });
  const slowest = (by: "type" | "handler"): UnplacedPanel =>
    table({
      id: id(`slowest-${by}`),
      title: `Slowest by ${by}`,
      description: `The ten with the highest p95; a click narrows the dashboard`,
      stream,
      sql: of(
        { [by]: by, operations: "COUNT(*)", p95: percentile(0.95), slowest: "MAX(duration_ms)" },
        { groupBy: [by], orderBy: "p95 DESC", limit: 10 },
      ),
      columns: [by],
      measures: ["operations", "p95", "slowest"],
      drillDowns:
        by === "type"
          ? [narrowTo(log.dashboard, "default", "type")]
          : [narrowTo(log.dashboard, "default", "handler"), recordsOf(stream)],
    });
  const records = table({
    id: id("records"),
    title: "Slowest and failed",
    description: "The records behind the figures; a click opens the trace",
    stream,
    sql: sql.select({
      columns: sql.columns("_timestamp", "type", "handler", "status", "duration_ms", "error_code", "traceid"),
      from: stream,
      where: chosenRecords(`(status = 'error' OR duration_ms > ${log.limitMs})`),
      orderBy: "_timestamp DESC",
      limit: 100,
    }),
    columns: ["_timestamp", "type", "handler", "status", "error_code", "traceid"],
    measures: ["duration_ms"],
    drillDowns: [traceOfRecord],
  });
  return {
    stream,
    of,
    overTime,
    total,
    successRate,
    p95,
    trend,
    successTrend,
    latency,
    distribution,
    slowest,
    records,
  };
}
