import { type CQRSOpenObserveConfig, envNames, otlpEndpoint, type OtlpSignal } from "@o2cqrs/contract";
import { type Environment, variable } from "./config.js";

const overrides = {
  logs: [envNames.otlpLogs, envNames.otelLogsEndpoint],
  metrics: [envNames.otlpMetrics, envNames.otelMetricsEndpoint],
  traces: [envNames.otlpTraces, envNames.otelTracesEndpoint],
} as const;

/** Where a signal goes by OTLP: as the environment says, or else the server's own path for it. */
export function otlpEndpointFromEnv(
  config: CQRSOpenObserveConfig,
  signal: OtlpSignal,
  env: Environment = process.env,
): string {
  for (const name of overrides[signal]) {
    const value = variable(env, name);
    if (value !== undefined) return value;
  }
  return otlpEndpoint(config.baseUrl, config.org, signal);
}
