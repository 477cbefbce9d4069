import { type Share } from "./statistics.js";

/** Durations of a version's operations. */
export interface LatencyFigures {
  /** Operations that ended. */
  readonly count: number;
  /** Milliseconds. */
  readonly p95: number;
  /** Operations slower than the limit. */
  readonly slow: number;
  /** A random sample of the durations, in milliseconds. */
  readonly sample: readonly number[];
}

/** What a version's telemetry says of itself. */
export interface DeliveryFigures {
  /** Records that were given up or refused, and deliveries that failed for good. */
  readonly lostRecords: number;
  /** Spans and metric exports that were lost. */
  readonly lostExports: number;
  /** Milliseconds since the newest metric sample; undefined when there is none. */
  readonly metricsAgeMs: number | undefined;
  readonly spans: number;
  /** Spans that sampling should have let through. */
  readonly expectedSpans: number;
}

/** Everything that is known of one version in a window of time. */
export interface VersionFigures {
  readonly version: string;
  readonly queryLatency: LatencyFigures;
  readonly commandLatency: LatencyFigures;
  readonly queryErrors: Share;
  readonly commandErrors: Share;
  readonly eventErrors: Share;
  /** Queries that missed the cache, of all. */
  readonly cacheMisses: Share;
  /** Events given up, of all that subscribers were given. */
  readonly deadLetters: Share;
  readonly delivery: DeliveryFigures;
}

/** Both versions side by side. */
export interface Observation {
  readonly canary: VersionFigures;
  readonly stable: VersionFigures;
}

/** Operations of every kind that a version did. */
export const operationsOf = ({ queryLatency, commandErrors, eventErrors }: VersionFigures): number =>
  queryLatency.count + commandErrors.whole + eventErrors.whole;
