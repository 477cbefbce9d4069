import { errorCodes } from "@o2cqrs/contract";
import { type CqrsLogs } from "../logs/logs.js";
import { type CqrsMetrics } from "../metrics/metrics.js";
import { type QueryCacheOptions } from "./query-cache.js";

/** Options that make the cache's background work visible: refreshes as a metric, failed ones as log records. */
export function observedBy(telemetry: {
  readonly logs: CqrsLogs;
  readonly metrics: CqrsMetrics;
}): Pick<QueryCacheOptions, "onRefreshesChanged" | "onRefreshFailed"> {
  const { logs, metrics } = telemetry;
  return {
    onRefreshesChanged: (type, delta) => metrics.refreshesChanged(type, delta),
    onRefreshFailed: (type, key, error) =>
      logs.logQuery({
        type,
        handler: "QueryCache",
        status: "error",
        cache_key: key,
        cache_hit: true,
        stale: true,
        duration_ms: 0,
        error: error instanceof Error ? error.message : String(error),
        error_code: errorCodes.refreshFailed,
      }),
  };
}
