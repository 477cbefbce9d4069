import { type CacheUse, type Operation } from "../context/operation.js";
import { type CqrsLogs } from "../logs/logs.js";
import { errorCodeOf, messageOf } from "./errors.js";
import { type Middleware } from "./middleware.js";

export interface LoggingOptions {
  /** Whether commands are logged when they start, beside when they end. Default true. */
  readonly logStart?: boolean;
  /** Whether the sizes of payloads and results are measured, by serialising them. Default true. */
  readonly measureSizes?: boolean;
}

/** A record for everything that happens to an operation. */
export function loggingMiddleware(logs: CqrsLogs, options: LoggingOptions = {}): Middleware {
  const { logStart = true, measureSizes = true } = options;
  const sizeOf = (value: unknown) => (measureSizes ? jsonBytes(value) : undefined);
  return {
    name: "Logging",
    stage: "logging",
    handle: (operation, next) => {
      const started = performance.now();
      if (operation.kind === "command" && logStart) logStarted(logs, operation, sizeOf(operation.message));
      return next().then(
        (result) => {
          const size = operation.kind === "query" ? sizeOf(result) : undefined;
          logEnded(logs, operation, performance.now() - started, { result_size: size });
          return result;
        },
        (error: unknown) => {
          logEnded(logs, operation, performance.now() - started, {
            error: messageOf(error),
            error_code: errorCodeOf(error),
          });
          throw error;
        },
      );
    },
  };
}

interface Outcome {
  readonly error?: string;
  readonly error_code?: string;
  readonly result_size?: number | undefined;
}

function logStarted(logs: CqrsLogs, { type, id, handler }: Operation, size: number | undefined): void {
  if (size === undefined) logs.logCommand({ type, id, handler, status: "start" });
  else logs.logCommand({ type, id, handler, status: "start", payload_size: size });
}

function logEnded(logs: CqrsLogs, operation: Operation, durationMs: number, outcome: Outcome): void {
  const { kind, type, id, handler, retries, cache, deadLettered } = operation;
  const { error, error_code, result_size } = outcome;
  const duration_ms = round(durationMs);
  const failed = error_code !== undefined;
  const failure = failed ? { error: error ?? "", error_code } : undefined;
  switch (kind) {
    case "command": {
      const status = failed ? "error" : "success";
      logs.logCommand({ type, id, handler, status, duration_ms, retries, retry_count: retries, ...failure });
      return;
    }
    case "query": {
      const use = cache ?? noCache;
      logs.logQuery({
        type,
        handler,
        status: failed ? "error" : "success",
        duration_ms,
        retries,
        cache_key: use.key,
        cache_hit: use.hit,
        stale: use.stale,
        ...(result_size === undefined ? undefined : { result_size }),
        ...failure,
      });
      return;
    }
    case "event": {
      const status = failed ? "error" : "handled";
      const dlq = deadLettered;
      logs.logEvent({ type, handler, subscriber: handler, status, duration_ms, retries, dlq, ...failure });
    }
  }
}

const noCache: CacheUse = { key: "", hit: false, stale: false };

/** Microseconds are what the clock resolves. */
const round = (ms: number): number => Math.round(ms * 1000) / 1000;

/** Bytes of a value as JSON; undefined for what has no JSON form. */
function jsonBytes(value: unknown): number | undefined {
  try {
    const json = JSON.stringify(value) as string | undefined;
    return json === undefined ? undefined : Buffer.byteLength(json);
  } catch {
    return undefined;
  }
}
