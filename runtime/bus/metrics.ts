import { type Operation } from "../context/operation.js";
import { type CqrsMetrics } from "../metrics/metrics.js";
import { type Middleware } from "./middleware.js";

/** Counts and times every operation. */
export function metricsMiddleware(metrics: CqrsMetrics): Middleware {
  return {
    name: "Metrics",
    stage: "metrics",
    handle: (operation, next) => {
      const started = performance.now();
      metrics.started(operation.kind);
      return next().then(
        (result) => {
          count(metrics, operation, false, performance.now() - started);
          return result;
        },
        (error: unknown) => {
          count(metrics, operation, true, performance.now() - started);
          throw error;
        },
      );
    },
  };
}

function count(metrics: CqrsMetrics, operation: Operation, failed: boolean, durationMs: number): void {
  const { kind, type, handler, cache, deadLettered } = operation;
  metrics.ended(kind);
  switch (kind) {
    case "command":
      metrics.commandEnded(type, handler, failed ? "error" : "success", durationMs);
      return;
    case "query":
      metrics.queryEnded(type, handler, cache?.hit ?? false, durationMs);
      return;
    case "event":
      metrics.eventHandled(type, failed ? "error" : "handled");
      if (deadLettered) metrics.eventDeadLettered(type);
  }
}
