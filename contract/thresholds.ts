import { metrics, type MetricName } from "./metrics.js";
import { type Severity } from "./severity.js";

/** A limit on a figure of the application, over a window. All alerts, gates and checks read these. */
export interface Threshold {
  readonly title: string;
  readonly metric: MetricName;
  /** The breach: the figure compared with `value` by `operator`. */
  readonly operator: ">" | "<";
  readonly value: number;
  readonly unit: "ms" | "ratio" | "count";
  /** Minutes the breach must last; 0 means at once. */
  readonly windowMinutes: number;
  readonly severity: Severity;
}

export const thresholds = {
  queryLatencyP95: {
    title: "Query p95 too slow",
    metric: metrics.queryDuration.name,
    operator: ">",
    value: 300,
    unit: "ms",
    windowMinutes: 10,
    severity: "high",
  },
  commandLatencyP95: {
    title: "Command p95 too slow",
    metric: metrics.commandDuration.name,
    operator: ">",
    value: 500,
    unit: "ms",
    windowMinutes: 10,
    severity: "high",
  },
  commandErrorRate: {
    title: "Command error rate too high",
    metric: metrics.commandTotal.name,
    operator: ">",
    value: 0.01,
    unit: "ratio",
    windowMinutes: 5,
    severity: "critical",
  },
  eventDlq: {
    title: "Events in the dead-letter queue",
    metric: metrics.eventDlqTotal.name,
    operator: ">",
    value: 0,
    unit: "count",
    windowMinutes: 0,
    severity: "critical",
  },
  queryCacheHitRatio: {
    title: "Query cache hit ratio too low",
    metric: metrics.queryCacheHitRatio.name,
    operator: "<",
    value: 0.5,
    unit: "ratio",
    windowMinutes: 15,
    severity: "medium",
  },
} as const satisfies Record<string, Threshold>;

export type ThresholdName = keyof typeof thresholds;

/** What a release must meet to be accepted, and how it is measured. */
export const acceptance = {
  /** Hours over which the latency figures are taken. */
  latencyWindowHours: 24,
  queryLatencyP95Ms: thresholds.queryLatencyP95.value,
  commandLatencyP95Ms: thresholds.commandLatencyP95.value,
  /** Stricter than the alert: an accepted release has a margin. */
  minCacheHitRatio: 0.6,
  minFieldCompleteness: 1,
  minSpanCoverage: 0.9,
  minAlertHitRate: 0.95,
  maxAlertFalsePositiveRate: 0.05,
  minTraceSample: 20,
  minPiiSample: 50,
  /** Days within which alert events are expected to have been seen. */
  alertHistoryDays: 7,
} as const;

/** The steps of a canary release. */
export const canary = {
  trafficPercent: [5, 25, 50, 100],
  minObservationMinutes: 15,
  maxObservationMinutes: 30,
} as const;
