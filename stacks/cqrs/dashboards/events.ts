import { dashboards, metrics, slowEventMs } from "@o2cqrs/contract";
import { promql, sql } from "../queries/index.js";
import { dashboard } from "./builder.js";
import { colours } from "./colours.js";
import { logPanels } from "./log-panels.js";
import { figure, metricseries, table, timeseries } from "./panels.js";
import { chosenRecords, chosenSeries, variables } from "./variables.js";

const log = logPanels({
  dashboard: "events",
  role: "events",
  operations: "events",
  finished: "status IN ('handled', 'error')",
  limitMs: slowEventMs,
});

const published = metrics.eventPublishedTotal;

/** Publish rate, handling time, success rate, dead letters. */
export const eventsDashboard = dashboard(dashboards.events)
  .variables(variables)
  .tab("Overview")
  .row(
    8,
    log.total,
    log.successRate,
    log.p95,
    figure({
      id: "events-dead",
      title: "Dead letters",
      description: "Events given up in the range; any is one too many",
      stream: log.stream,
      sql: sql.select({
        columns: { value: "COUNT(*)" },
        from: log.stream,
        where: chosenRecords("dlq = true"),
      }),
    }),
  )
  .row(
    18,
    metricseries({
      id: "events-published",
      title: "Events published per second",
      description: "By type",
      stream: published.name,
      promql: promql.sum(
        promql.rate(promql.over(chosenSeries(published.name, published.labels), { minutes: 5 })),
        ["type"],
      ),
      legend: "{type}",
    }),
    log.trend,
  )
  .row(18, log.latency, log.successTrend)
  .row(
    18,
    timeseries({
      id: "events-dead-trend",
      title: "Dead letters over time",
      description: "By type",
      stream: log.stream,
      sql: sql.select({
        columns: { moment: "histogram(_timestamp)", type: "type", dead: "COUNT(*)" },
        from: log.stream,
        where: chosenRecords("dlq = true"),
        groupBy: ["moment", "type"],
        orderBy: "moment",
      }),
      measures: { dead: colours.bad },
      splitBy: "type",
      type: "stacked",
    }),
    table({
      id: "events-subscribers",
      title: "Subscribers",
      description: "How each subscriber does, slowest first",
      stream: log.stream,
      sql: log.of(
        {
          subscriber: "subscriber",
          events: "COUNT(*)",
          errors: sql.countOf("status = 'error'"),
          p95: sql.percentile("duration_ms", 0.95),
        },
        { groupBy: ["subscriber"], orderBy: "p95 DESC", limit: 20 },
      ),
      columns: ["subscriber"],
      measures: ["events", "errors", "p95"],
    }),
  )
  .row(18, log.slowest("type"), log.slowest("handler"))
  .row(20, log.records)
  .build();
