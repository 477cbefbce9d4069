import { dashboards, drill, type MetricDefinition, metrics, probe, streams } from "@o2cqrs/contract";
import { promql, sql } from "../queries/index.js";
import { dashboard } from "./builder.js";
import { metricseries, table } from "./panels.js";
import { chosenSeries, variables } from "./variables.js";

/** One metric over time, as a gauge or, for a counter, as its rate. */
const shown = (metric: MetricDefinition, title: string, by: string, figure: (vector: string) => string) =>
  metricseries({
    id: `runtime-${metric.name}`,
    title,
    description: metric.description,
    stream: metric.name,
    promql: figure(chosenSeries(metric.name, metric.labels)),
    legend: `{${by}}`,
  });

const gauge = (metric: MetricDefinition, title: string, by: string) =>
  shown(metric, title, by, (vector) => promql.sum(vector, [by]));

const rate = (metric: MetricDefinition, title: string, by: string) =>
  shown(metric, title, by, (vector) => promql.sum(promql.rate(promql.over(vector, { minutes: 5 })), [by]));

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
        where: sql.startsWithNone("record_id", [probe.recordIdPrefix, drill.recordIdPrefix]),
        groupBy: ["stream", "reason"],
        orderBy: "records DESC",
      }),
      columns: ["stream", "reason"],
      measures: ["records"],
    }),
  )
  .build();
