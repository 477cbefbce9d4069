/** Names of the environment variables that the stack hands to the application. */
export const envNames = {
  enabled: "OPENOBSERVE_ENABLED",
  url: "OPENOBSERVE_URL",
  organization: "OPENOBSERVE_ORGANIZATION",
  user: "OPENOBSERVE_USER",
  token: "OPENOBSERVE_TOKEN",
  streamCommands: "CQRS_STREAM_COMMANDS",
  streamQueries: "CQRS_STREAM_QUERIES",
  streamEvents: "CQRS_STREAM_EVENTS",
  streamMetrics: "CQRS_STREAM_METRICS",
  streamTraces: "CQRS_STREAM_TRACES",
  otlpLogs: "OTLP_LOGS_ENDPOINT",
  otlpMetrics: "OTLP_METRICS_ENDPOINT",
  otlpTraces: "OTLP_TRACES_ENDPOINT",
  batchSize: "CQRS_BATCH_SIZE",
  flushInterval: "CQRS_FLUSH_INTERVAL_MS",
  maxRetries: "CQRS_MAX_RETRIES",
  timeout: "CQRS_TIMEOUT_MS",
  tracingEnabled: "CQRS_TRACING_ENABLED",
  samplingRate: "CQRS_SAMPLING_RATE",
  alertsEnabled: "CQRS_ALERTS_ENABLED",
  evaluationInterval: "CQRS_ALERTS_EVALUATION_INTERVAL_S",
  serviceName: "OTEL_SERVICE_NAME",
  resourceAttributes: "OTEL_RESOURCE_ATTRIBUTES",
  otelLogsEndpoint: "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
  otelMetricsEndpoint: "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
  otelTracesEndpoint: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  otelProtocol: "OTEL_EXPORTER_OTLP_PROTOCOL",
  otelHeaders: "OTEL_EXPORTER_OTLP_HEADERS",
  otelTracesHeaders: "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
  otelSampler: "OTEL_TRACES_SAMPLER",
  otelSamplerArg: "OTEL_TRACES_SAMPLER_ARG",
} as const;

export type EnvKey = keyof typeof envNames;
export type EnvName = (typeof envNames)[EnvKey];

/** Names that earlier set-ups used; read only when the first name is absent. */
export const envFallbacks: Readonly<Partial<Record<EnvName, string>>> = {
  OPENOBSERVE_URL: "OPENOBSERVE_BASE_URL",
  OPENOBSERVE_ORGANIZATION: "OPENOBSERVE_ORG",
};

/** Variables whose values are credentials. */
export const secretEnvNames: readonly EnvName[] = [
  envNames.token,
  envNames.otelHeaders,
  envNames.otelTracesHeaders,
];

/** Header by which OTLP logs and traces choose their stream. */
export const streamHeader = "stream-name";

export type OtlpSignal = "logs" | "metrics" | "traces";

/** Where an OTLP/HTTP exporter sends a signal: `{url}/api/{organization}/v1/{signal}`. */
export function otlpEndpoint(url: string, organization: string, signal: OtlpSignal): string {
  return `${stripTrailingSlashes(url)}/api/${encodeURIComponent(organization)}/v1/${signal}`;
}

/** Where records of a stream are posted: `{url}/api/{organization}/{stream}/_json`. */
export function ingestEndpoint(url: string, organization: string, stream: string): string {
  return `${stripTrailingSlashes(url)}/api/${encodeURIComponent(organization)}/${encodeURIComponent(stream)}/_json`;
}

export function stripTrailingSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === "/") end--;
  return url.slice(0, end);
}
