import { type durationBuckets, metrics, type MetricName } from "./metrics.js";
import { type BusKind } from "./spans.js";
import { thresholds } from "./thresholds.js";

/** A share of good operations that a bus promises over a period. */
export interface Objective {
  readonly title: string;
  readonly bus: BusKind;
  readonly kind: "availability" | "latency";
  /** Share of operations that must be good, 0 to 1. */
  readonly target: number;
  /** Days over which it is promised. */
  readonly periodDays: number;
  readonly source: ObjectiveSource;
}

/** Where good and bad operations are counted. */
export type ObjectiveSource =
  | { readonly kind: "status"; readonly metric: MetricName; readonly errorStatus: string }
  /** Errors counted in the logs by the pipeline, for a metric that has no status of its own. */
  | { readonly kind: "derivedErrors"; readonly metric: MetricName }
  /** Slower than the limit is bad; the limit is a bucket's bound, so the count is exact. */
  | {
      readonly kind: "histogram";
      readonly metric: MetricName;
      readonly limitMs: (typeof durationBuckets)[number];
    }
  /** Slow events counted in the logs by the pipeline: events have no histogram. */
  | { readonly kind: "derivedSlow"; readonly metric: MetricName; readonly limitMs: number };

/** Events are handled in the background; a second is what readers of a projection notice. */
export const slowEventMs = 1000;

/** The service level objectives: availability and latency of each bus. */
export const objectives = {
  commandAvailability: {
    title: "Commands succeed",
    bus: "command",
    kind: "availability",
    target: 0.999,
    periodDays: 30,
    source: { kind: "status", metric: metrics.commandTotal.name, errorStatus: "error" },
  },
  commandLatency: {
    title: "Commands are fast",
    bus: "command",
    kind: "latency",
    target: 0.95,
    periodDays: 30,
    source: {
      kind: "histogram",
      metric: metrics.commandDuration.name,
      limitMs: thresholds.commandLatencyP95.value,
    },
  },
  queryAvailability: {
    title: "Queries are answered",
    bus: "query",
    kind: "availability",
    target: 0.999,
    periodDays: 30,
    source: { kind: "derivedErrors", metric: metrics.queryTotal.name },
  },
  queryLatency: {
    title: "Queries are fast",
    bus: "query",
    kind: "latency",
    target: 0.95,
    periodDays: 30,
    source: {
      kind: "histogram",
      metric: metrics.queryDuration.name,
      limitMs: thresholds.queryLatencyP95.value,
    },
  },
  eventAvailability: {
    title: "Events are handled",
    bus: "event",
    kind: "availability",
    target: 0.999,
    periodDays: 30,
    source: { kind: "status", metric: metrics.eventHandleTotal.name, errorStatus: "error" },
  },
  eventLatency: {
    title: "Events are handled fast",
    bus: "event",
    kind: "latency",
    target: 0.95,
    periodDays: 30,
    source: { kind: "derivedSlow", metric: metrics.eventHandleTotal.name, limitMs: slowEventMs },
  },
} as const satisfies Record<string, Objective>;

export type ObjectiveName = keyof typeof objectives;

/** A pace at which the error budget is spent; 1 spends it exactly within the period. */
export interface BurnRate {
  readonly factor: number;
  readonly longWindowMinutes: number;
  /** A twelfth of the long one: the alert ends soon after the cause does. */
  readonly shortWindowMinutes: number;
  /**
   * Bad operations that the long window must hold. Below it a share says nothing: of a young or quiet
   * application's first twenty operations one bad one is 5%. Bad ones are counted, not all, so that a quiet
   * application that only fails is still told of.
   */
  readonly minBadOperations: number;
  readonly severity: "critical" | "high";
}

/** Pairs of windows from the SRE Workbook, chapter "Alerting on SLOs", table 5-8: 2% of the budget in an hour,
 * 5% in six hours. */
export const burnRates = {
  fast: {
    factor: 14.4,
    longWindowMinutes: 60,
    shortWindowMinutes: 5,
    minBadOperations: 10,
    severity: "critical",
  },
  slow: { factor: 6, longWindowMinutes: 360, shortWindowMinutes: 30, minBadOperations: 10, severity: "high" },
} as const satisfies Record<string, BurnRate>;

export type BurnRateName = keyof typeof burnRates;
