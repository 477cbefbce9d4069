import { dashboards, metrics, streams } from "@o2cqrs/contract";
import { promql, sql } from "../queries/index.js";
import { dashboard } from "./builder.js";
import { metricseries, table } from "./panels.js";
import { chosenSeries, variables } from "./variables.js";

const gauge = (
  metric: { name: string; labels: readonly string[]; description: string },
  title: string,
  by: string,
) =>
  metricseries({
    id: `runtime-${metric.name}`,
    title,
    description: metric.description,
    stream: metric.name,
    promql: promql.sum(chosenSeries(metric.name, metric.labels), [by]),
    legend: `{${by}}`,
  });

const rate = (
  metric: { name: string; labels: readonly string[]; description: string },
  title: string,
  by: string,
) =>
  metricseries({
    id: `runtime-${metric.name}`,
    title,
    description: metric.description,
    stream: metric.name,
    promql: promql.sum(promql.rate(promql.over(chosenSeries(metric.name, metric.labels), { minutes: 5 })), [
      by,
    ]),
    legend: `{${by}}`,
  });

/** What is under way and in the background: de-duplication, refreshes, retries; and what was set aside. */
export const runtimeDashboard = dashboard(dashboards.runtime)
  .variables(variables)
  .tab("Overview")
  .row(
    18,
    gauge(metrics.inflightOperations, "Operations in flight", "kind"),
    gauge(metrics.backgroundRefreshActive, "Background refreshes", "type"),
  )
  .row(
    18,
    rate(metrics.commandRetryTotal, "Retries per second", "type"),
    metricseries({
      id: "runtime-hit-ratio",
      title: "Cache hit ratio",
      description: metrics.queryCacheHitRatio.description,
      stream: metrics.queryCacheHitRatio.name,
      promql: promql.avg(chosenSeries(metrics.queryCacheHitRatio.name, metrics.queryCacheHitRatio.labels), [
        "type",
      ]),
      legend: "{type}",
      unit: "percent-1",
    }),
  )
  .row(
    18,
    table({
      id: "runtime-quarantine",
      title: "Quarantined records",
      description: "Records that could not be masked; none is right",
      stream: streams.quarantine.storedName,
      sql: sql.select({
        columns: { ...sql.columns("stream", "reason"), records: "COUNT(*)" },
        from: streams.quarantine.storedName,
        groupBy: ["stream", "reason"],
        orderBy: "records DESC",
      }),
      columns: ["stream", "reason"],
      measures: ["records"],
    }),
  )
  .build();
