import { type ControlSettings, type CQRSOpenObserveConfig } from "@o2cqrs/contract";
import { context, propagation, trace, type Tracer } from "@opentelemetry/api";
import { type MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { NodeTracerProvider, NoopSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { setTimeout as sleep } from "node:timers/promises";
import { configFromEnv, type Environment } from "../env/config.js";
import { type CredentialsSource } from "../env/credentials.js";
import { otlpEndpointFromEnv } from "../env/endpoints.js";
import { identityFromEnv, type ServiceIdentity } from "../env/identity.js";
import { metricIntervalFromEnv } from "../env/metric-interval.js";
import { type CloseReport, IngestClient, ingestOptionsOf, type RecordSink } from "../ingest/client.js";
import { type IngestTuning } from "../ingest/options.js";
import { CqrsLogs } from "../logs/logs.js";
import { CqrsMetrics } from "../metrics/metrics.js";
import { createMeterProvider } from "../metrics/provider.js";
import { ErrorTail } from "../tracing/error-tail.js";
import { RecordingSampler } from "../tracing/sampler.js";
import {
  createMetricExporter,
  createTraceExporter,
  type ExporterOptions,
  type ExportFailed,
} from "./exporters.js";
import { countExportFailures, observeIngest } from "./ingest-metrics.js";
import { resourceOf } from "./resource.js";
import { SpanQueue } from "./span-queue.js";

export interface TelemetryOptions {
  /** Default: `process.env`. */
  readonly env?: Environment;
  readonly config?: CQRSOpenObserveConfig;
  readonly identity?: ServiceIdentity;
  /** Default: the user and token of the configuration. Give one that reads them anew where tokens rotate. */
  readonly credentials?: CredentialsSource;
  /** The ingest client's buffer and limits. */
  readonly ingest?: IngestTuning;
  /** Milliseconds between exports of metrics; default `OTEL_METRIC_EXPORT_INTERVAL`, or else 10 000. */
  readonly metricIntervalMs?: number;
  /** Checks each log record against the contract; see `CqrsLogsOptions`. */
  readonly validateLogs?: boolean;
}

export interface ShutdownReport {
  readonly logs: CloseReport;
  /** Spans given to the exporter. */
  readonly spans: number;
}

/** The three signals of one process, ready to use. */
export interface Telemetry {
  readonly config: CQRSOpenObserveConfig;
  readonly identity: ServiceIdentity;
  readonly logs: CqrsLogs;
  readonly metrics: CqrsMetrics;
  readonly tracer: Tracer;
  /** Absent when telemetry is disabled. */
  readonly ingest: IngestClient | undefined;
  /** What may be changed while the process runs, as it is now. */
  readonly settings: ControlSettings;
  /** Changes settings; those that are not named stay. */
  adjust(changes: Partial<ControlSettings>): void;
  /** Sends what waits. */
  flush(): Promise<void>;
  /** Sends what waits and ends; never rejects. @param options.deadlineMs default 5000 */
  shutdown(options?: { readonly deadlineMs?: number }): Promise<ShutdownReport>;
}

const instrumentation = "openobserve-cqrs";

/**
 * Starts logs, metrics and traces as the environment says, and registers the tracer with OpenTelemetry's API. With
 * `OPENOBSERVE_ENABLED=false` the same objects do nothing.
 * @throws EnvironmentError if the environment does not describe a configuration
 */
export function startTelemetry(options: TelemetryOptions = {}): Telemetry {
  const env = options.env ?? process.env;
  const config = options.config ?? configFromEnv(env);
  const identity = options.identity ?? identityFromEnv(env);
  const credentials = options.credentials ?? (() => ({ user: config.user, token: config.token }));
  const exporterOf = (signal: "metrics" | "traces"): ExporterOptions => ({
    url: otlpEndpointFromEnv(config, signal, env),
    config,
    credentials,
    onFailed: (...failure) => exportFailed(...failure),
  });
  // The counter needs the meters, whose exporter needs the counter.
  let exportFailed: ExportFailed = () => undefined;

  const wantedIntervalMs =
    options.metricIntervalMs ?? (config.enable ? metricIntervalFromEnv(env) : undefined);
  const meters = startMeters(config, identity, exporterOf("metrics"), wantedIntervalMs ?? 10_000);
  const tracing = startTracing(config, identity, exporterOf("traces"));
  const meter = meters.getMeter(instrumentation);
  const ingest = config.enable
    ? new IngestClient({ ...ingestOptionsOf(config, options.ingest), credentials })
    : undefined;
  exportFailed = countExportFailures(meter);
  if (ingest !== undefined) observeIngest(meter, ingest);
  const flush = async () => {
    await Promise.allSettled([ingest?.flush(), meters.forceFlush(), tracing.provider.forceFlush()]);
  };
  return {
    config,
    identity,
    logs: new CqrsLogs({
      sink: ingest ?? nowhere,
      streams: config.streams,
      identity,
      validate: options.validateLogs ?? false,
    }),
    metrics: new CqrsMetrics(meter),
    tracer: tracing.provider.getTracer(instrumentation),
    ingest,
    get settings() {
      return {
        samplingRate: tracing.sampler.rate,
        batchSize: ingest?.batchSize ?? config.performance.batchSize,
        pausedStreams: [...(ingest?.pausedStreams ?? [])],
      };
    },
    adjust: ({ samplingRate, batchSize, pausedStreams }) => {
      // Without tracing nothing is sampled, whatever the rate.
      if (samplingRate !== undefined && config.enable && config.tracing.enabled)
        tracing.sampler.rate = samplingRate;
      if (ingest === undefined) return;
      if (batchSize !== undefined) ingest.batchSize = batchSize;
      if (pausedStreams !== undefined) ingest.pausedStreams = pausedStreams;
    },
    flush,
    shutdown: async ({ deadlineMs = 5000 } = {}) => {
      const end = performance.now() + deadlineMs;
      // Metrics last, in time kept for them: they count what became of the last spans and records.
      const first = deadlineMs * (1 - metricsShare);
      const [logs] = await Promise.all([
        ingest?.close({ deadlineMs: first }),
        atMost(first, tracing.provider.shutdown()),
      ]);
      await atMost(Math.max(deadlineMs * metricsShare, end - performance.now()), meters.shutdown());
      trace.disable();
      context.disable();
      propagation.disable();
      return { logs: logs ?? { streams: {}, undeliveredBytes: 0 }, spans: tracing.tail.passed };
    },
  };
}

const nowhere: RecordSink = { send: () => true };

/** Part of a shutdown's time that is kept for the last export of metrics. */
const metricsShare = 0.2;

/** Resolves when the work has ended, however it ends, and when the time is up. */
async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([Promise.allSettled([work]), sleep(milliseconds, undefined, { ref: false })]);
}

function startMeters(
  config: CQRSOpenObserveConfig,
  identity: ServiceIdentity,
  exporter: ExporterOptions,
  exportIntervalMillis: number,
): MeterProvider {
  const reader = new PeriodicExportingMetricReader({
    exporter: createMetricExporter(exporter),
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(config.performance.timeout, exportIntervalMillis),
  });
  return createMeterProvider(resourceOf(identity), config.enable ? [reader] : []);
}

function startTracing(config: CQRSOpenObserveConfig, identity: ServiceIdentity, exporter: ExporterOptions) {
  const enabled = config.enable && config.tracing.enabled;
  const tail = new ErrorTail(
    enabled
      ? new SpanQueue(createTraceExporter(exporter), 16_384, (spans) =>
          exporter.onFailed("traces", spans, undefined),
        )
      : new NoopSpanProcessor(),
  );
  const sampler = new RecordingSampler(enabled ? config.tracing.samplingRate : 0);
  const provider = new NodeTracerProvider({
    resource: resourceOf(identity),
    sampler,
    spanProcessors: enabled ? [tail] : [],
  });
  // Registered even when disabled: ids and context still tie the log records of one request together.
  provider.register();
  return { provider, tail, sampler };
}
