import { dashboards, metrics, thresholds } from "@o2cqrs/contract";
import { promql, sql } from "../queries/index.js";
import { dashboard } from "./builder.js";
import { logPanels } from "./log-panels.js";
import { metricseries, table } from "./panels.js";
import { chosenRecords, chosenSeries, variables } from "./variables.js";

const log = logPanels({
  dashboard: "commands",
  role: "commands",
  operations: "commands",
  finished: "status IN ('success', 'error')",
  limitMs: thresholds.commandLatencyP95.value,
});

const retries = metrics.commandRetryTotal;

/** Trend, success rate, duration and its distribution, slowest types and handlers, errors. */
export const commandsDashboard = dashboard(dashboards.commands)
  .variables(variables)
  .tab("Overview")
  .row(8, log.total, log.successRate, log.p95)
  .row(18, log.trend, log.successTrend)
  .row(18, log.latency, log.distribution)
  .row(18, log.slowest("type"), log.slowest("handler"))
  .row(
    18,
    table({
      id: "commands-errors",
      title: "Errors by type and code",
      description: "What failed, most frequent first",
      stream: log.stream,
      sql: sql.select({
        columns: { ...sql.columns("type", "error_code"), errors: "COUNT(*)" },
        from: log.stream,
        where: chosenRecords("status = 'error'"),
        groupBy: ["type", "error_code"],
        orderBy: "errors DESC",
        limit: 20,
      }),
      columns: ["type", "error_code"],
      measures: ["errors"],
    }),
    metricseries({
      id: "commands-retries",
      title: "Retries per second",
      description: "Commands that were tried again",
      stream: retries.name,
      promql: promql.sum(
        promql.rate(promql.over(chosenSeries(retries.name, retries.labels), { minutes: 5 })),
        ["type"],
      ),
      legend: "{type}",
    }),
  )
  .row(20, log.records)
  .build();
