import { type Operation } from "../context/operation.js";
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
    handle: async (operation, next) => {
      const started = performance.now();
      if (operation.kind === "command" && logStart) logStarted(logs, operation, sizeOf(operation.message));
      try {
        const result = await next();
        const size = operation.kind === "query" ? sizeOf(result) : undefined;
        logEnded(logs, operation, performance.now() - started, { result_size: size });
        return result;
      } catch (error) {
        logEnded(logs, operation, performance.now() - started, {
          error: messageOf(error),
          error_code: errorCodeOf(error),
        });
        throw error;
      }
    },
  };
}

interface Outcome {
  readonly error?: string;
  readonly error_code?: string;
  readonly result_size?: number | undefined;
}

function logStarted(logs: CqrsLogs, { type, id, handler }: Operation, size: number | undefined): void {
  const measured = size === undefined ? {} : { payload_size: size };
  logs.logCommand({ type, id, handler, status: "start", ...measured });
}

function logEnded(logs: CqrsLogs, operation: Operation, durationMs: number, outcome: Outcome): void {
  const { kind, type, id, handler, retries, cache, deadLettered } = operation;
  const { result_size: size, ...failure } = outcome;
  const failed = failure.error_code !== undefined;
  const common = { type, handler, duration_ms: round(durationMs), retries, ...failure };
  switch (kind) {
    case "command":
      logs.logCommand({ ...common, id, status: failed ? "error" : "success", retry_count: retries });
      return;
    case "query":
      logs.logQuery({
        ...common,
        status: failed ? "error" : "success",
        cache_key: cache?.key ?? "",
        cache_hit: cache?.hit ?? false,
        stale: cache?.stale ?? false,
        ...(size === undefined ? {} : { result_size: size }),
      });
      return;
    case "event":
      logs.logEvent({
        ...common,
        status: failed ? "error" : "handled",
        subscriber: handler,
        dlq: deadLettered,
      });
  }
}

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
