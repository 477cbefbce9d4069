import { z } from "zod";

/** Dimension labels; the same three names on every metric that has the dimension. */
export type MetricLabel = "type" | "handler" | "status" | "cache_hit" | "kind";

export interface MetricDefinition {
  readonly name: string;
  readonly kind: "counter" | "histogram" | "gauge" | "upDownCounter";
  /** UCUM unit, as OpenTelemetry wants it. */
  readonly unit: "1" | "ms";
  readonly labels: readonly MetricLabel[];
  readonly description: string;
  /** Upper bounds of histogram buckets, in `unit`. */
  readonly buckets?: readonly number[];
}

/**
 * Upper bounds in milliseconds. Dense around the two thresholds (300 ms for queries, 500 ms for commands):
 * both are bounds themselves, so "slower than the threshold" is counted exactly, and p50, p95 and p99 near
 * them are interpolated over at most 50 ms.
 */
export const durationBuckets = [
  1, 2, 5, 10, 25, 50, 75, 100, 150, 200, 250, 275, 300, 325, 350, 400, 450, 475, 500, 525, 550, 600, 750,
  1000, 1500, 2500, 5000, 10000,
] as const;

/** The eleven metrics. Each is a stream of its own on the server, named as the metric. */
export const metrics = {
  commandTotal: {
    name: "cqrs_command_total",
    kind: "counter",
    unit: "1",
    labels: ["type", "status"],
    description: "Commands executed, by outcome",
  },
  commandDuration: {
    name: "cqrs_command_duration_ms",
    kind: "histogram",
    unit: "ms",
    labels: ["type", "handler"],
    description: "Time a command took",
    buckets: durationBuckets,
  },
  commandRetryTotal: {
    name: "cqrs_command_retry_total",
    kind: "counter",
    unit: "1",
    labels: ["type"],
    description: "Retries of commands",
  },
  queryTotal: {
    name: "cqrs_query_total",
    kind: "counter",
    unit: "1",
    labels: ["type", "cache_hit"],
    description: "Queries answered, by whether the cache answered",
  },
  queryDuration: {
    name: "cqrs_query_duration_ms",
    kind: "histogram",
    unit: "ms",
    labels: ["type", "handler"],
    description: "Time a query took",
    buckets: durationBuckets,
  },
  queryCacheHitRatio: {
    name: "cqrs_query_cache_hit_ratio",
    kind: "gauge",
    unit: "1",
    labels: ["type"],
    description: "Share of queries that the cache answered, 0 to 1",
  },
  eventPublishedTotal: {
    name: "cqrs_event_published_total",
    kind: "counter",
    unit: "1",
    labels: ["type"],
    description: "Events published",
  },
  eventHandleTotal: {
    name: "cqrs_event_handle_total",
    kind: "counter",
    unit: "1",
    labels: ["type", "status"],
    description: "Events handled by subscribers, by outcome",
  },
  eventDlqTotal: {
    name: "cqrs_event_dlq_total",
    kind: "counter",
    unit: "1",
    labels: ["type"],
    description: "Events given up and put in the dead-letter queue",
  },
  inflightOperations: {
    name: "cqrs_inflight_operations",
    kind: "upDownCounter",
    unit: "1",
    labels: ["kind"],
    description: "Operations under way, by bus",
  },
  backgroundRefreshActive: {
    name: "cqrs_background_refresh_active",
    kind: "gauge",
    unit: "1",
    labels: ["type"],
    description: "Background refreshes of the query cache that are scheduled",
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = (typeof metrics)[keyof typeof metrics]["name"];

/** What the pipeline counts in the logs, by the name that stands in `metric_name`. */
export const derivedMetrics = {
  /** Records with the status `error`. */
  errors: "cqrs_error_count",
  /** Records slower than the bus's objective, where no histogram tells. */
  slow: "cqrs_slow_count",
} as const;

/** A row of the metrics stream: how many records of a kind a minute's logs held. */
export const derivedMetricRecord = z.strictObject({
  metric_name: z.enum(Object.values(derivedMetrics)),
  /** As text: the server keeps everything but `value` in a metrics stream as labels, which are text. */
  metric_value: z.string().regex(/^\d+$/),
  /** The same figure in the column that PromQL reads. */
  value: z.number().nonnegative(),
  bus: z.string(),
  type: z.string(),
  service: z.string(),
  env: z.string(),
});
