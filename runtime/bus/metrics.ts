import { type Operation } from "../context/operation.js";
import { type CqrsMetrics } from "../metrics/metrics.js";
import { type Middleware } from "./middleware.js";

/** Counts and times every operation. */
export function metricsMiddleware(metrics: CqrsMetrics): Middleware {
  return {
    name: "Metrics",
    stage: "metrics",
    handle: async (operation, next) => {
      const started = performance.now();
      let failed = true;
      metrics.started(operation.kind);
      try {
        const result = await next();
        failed = false;
        return result;
      } finally {
        metrics.ended(operation.kind);
        count(metrics, operation, failed, performance.now() - started);
      }
    },
  };
}

function count(metrics: CqrsMetrics, operation: Operation, failed: boolean, durationMs: number): void {
  const { kind, type, handler, cache, deadLettered } = operation;
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
