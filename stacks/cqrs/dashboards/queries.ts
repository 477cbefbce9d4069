import { dashboards, thresholds } from "@o2cqrs/contract";
import { sql } from "../queries/index.js";
import { dashboard } from "./builder.js";
import { colours } from "./colours.js";
import { narrowTo } from "./drill-down.js";
import { logPanels } from "./log-panels.js";
import { figure, table, timeseries } from "./panels.js";
import { variables } from "./variables.js";

const log = logPanels({
  dashboard: "queries",
  role: "queries",
  operations: "queries",
  finished: "status IN ('success', 'error')",
  limitMs: thresholds.queryLatencyP95.value,
});

const hitRatio = sql.share("cache_hit = true");
const limit = { name: "lowest hit ratio", value: thresholds.queryCacheHitRatio.value };

/** Response times, cache hit ratio, comparison of types, most frequent queries. */
export const queriesDashboard = dashboard(dashboards.queries)
  .variables(variables)
  .tab("Overview")
  .row(
    8,
    log.total,
    log.successRate,
    log.p95,
    figure({
      id: "queries-hit-ratio",
      title: "Cache hit ratio",
      description: "Share of queries that the cache answered",
      stream: log.stream,
      sql: log.of({ value: hitRatio }),
      unit: "percent-1",
      decimals: 1,
    }),
  )
  .row(
    18,
    log.latency,
    timeseries({
      id: "queries-hit-ratio-trend",
      title: "Cache hit ratio over time",
      description: "The line is the limit of the alert",
      stream: log.stream,
      sql: log.overTime({ hit_ratio: hitRatio }),
      measures: { hit_ratio: colours.good },
      unit: "percent-1",
      limit,
    }),
  )
  .row(
    18,
    timeseries({
      id: "queries-by-type",
      title: "p95 by type",
      description: "Types compared over time",
      stream: log.stream,
      sql: log.overTime({ p95: sql.percentile("duration_ms", 0.95) }, ["type"]),
      measures: { p95: undefined },
      splitBy: "type",
      unit: "milliseconds",
    }),
    log.distribution,
  )
  .row(
    18,
    table({
      id: "queries-hit-ratio-by-type",
      title: "Types compared",
      description: "Cache hits and durations by type; a click narrows the dashboard",
      stream: log.stream,
      sql: log.of(
        {
          type: "type",
          queries: "COUNT(*)",
          hit_ratio: hitRatio,
          p95: sql.percentile("duration_ms", 0.95),
        },
        { groupBy: ["type"], orderBy: "hit_ratio DESC" },
      ),
      columns: ["type"],
      measures: ["queries", "hit_ratio", "p95"],
      drillDowns: [narrowTo("queries", "default", "type")],
    }),
    table({
      id: "queries-hot",
      title: "Most frequent queries",
      description: "Keys that are asked for most",
      stream: log.stream,
      sql: log.of(
        { type: "type", cache_key: "cache_key", queries: "COUNT(*)", hit_ratio: hitRatio },
        { groupBy: ["type", "cache_key"], orderBy: "queries DESC", limit: 20 },
      ),
      columns: ["type", "cache_key"],
      measures: ["queries", "hit_ratio"],
    }),
  )
  .row(18, log.trend, log.slowest("handler"))
  .row(20, log.records)
  .build();
