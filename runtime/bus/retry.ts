import { type BusKind } from "@o2cqrs/contract";
import { type Operation } from "../context/operation.js";
import { type CqrsMetrics } from "../metrics/metrics.js";
import { withRetries } from "../retry/retry.js";
import { type Middleware } from "./middleware.js";

export interface RetryOptions {
  /** Tries after the first, by kind. Default: none for commands and queries, 3 for subscribers of events. */
  readonly retries?: Partial<Record<BusKind, number>>;
  /** Bound of the first delay in milliseconds; it doubles, and each delay is random below it. Default 50. */
  readonly baseMs?: number;
  /** Bound of any delay in milliseconds. Default 2000. */
  readonly maxMs?: number;
  /** Whether trying again may help. Default: always. */
  readonly shouldRetry?: (error: unknown, operation: Operation) => boolean;
}

const defaultRetries: Record<BusKind, number> = { command: 0, query: 0, event: 3 };

/** Tries failed operations again, with exponential backoff and full jitter, until their signal is aborted. */
export function retryMiddleware(options: RetryOptions = {}, metrics?: CqrsMetrics): Middleware {
  const { baseMs = 50, maxMs = 2000, shouldRetry } = options;
  const limits = { ...defaultRetries, ...options.retries };
  return {
    name: "Retry",
    stage: "retry",
    handle: (operation, next) => {
      const retries = limits[operation.kind];
      if (retries === 0) return next();
      const attempt = (number: number) => {
        if (number > 1) countRetry(operation, metrics);
        return next();
      };
      return withRetries(attempt, {
        retries,
        baseMs,
        maxMs,
        signal: operation.signal,
        shouldRetry: shouldRetry && ((error) => shouldRetry(error, operation)),
      });
    },
  };
}

function countRetry(operation: Operation, metrics: CqrsMetrics | undefined): void {
  operation.retries++;
  if (operation.kind === "command") metrics?.commandRetried(operation.type);
}
