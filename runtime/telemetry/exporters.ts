import { type CQRSOpenObserveConfig, streamHeader } from "@o2cqrs/contract";
import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { authorization, type CredentialsSource } from "../env/credentials.js";

/** Told of each export that failed after its retries: what it would have carried is lost. */
export type ExportFailed = (signal: "metrics" | "traces", items: number, error: Error | undefined) => void;

export interface ExporterOptions {
  readonly url: string;
  readonly config: CQRSOpenObserveConfig;
  readonly credentials: CredentialsSource;
  readonly onFailed: ExportFailed;
}

/** Protobuf over HTTP: the server's JSON path loses 64-bit numbers. Credentials are read for every request. */
export function createTraceExporter({
  url,
  config,
  credentials,
  onFailed,
}: ExporterOptions): OTLPTraceExporter {
  const exporter = new OTLPTraceExporter({
    url,
    timeoutMillis: config.performance.timeout,
    headers: async () => ({
      authorization: authorization(await credentials()),
      [streamHeader]: config.streams.traces,
    }),
  });
  const send = exporter.export.bind(exporter);
  exporter.export = (spans, done) =>
    send(
      spans,
      report(done, (error) => onFailed("traces", spans.length, error)),
    );
  return exporter;
}

export function createMetricExporter({
  url,
  config,
  credentials,
  onFailed,
}: ExporterOptions): OTLPMetricExporter {
  const exporter = new OTLPMetricExporter({
    url,
    timeoutMillis: config.performance.timeout,
    headers: async () => ({ authorization: authorization(await credentials()) }),
  });
  const send = exporter.export.bind(exporter);
  exporter.export = (metrics, done) =>
    send(
      metrics,
      report(done, (error) => onFailed("metrics", 1, error)),
    );
  return exporter;
}

const report =
  (done: (result: ExportResult) => void, onFailed: (error: Error | undefined) => void) =>
  (result: ExportResult): void => {
    if (result.code === ExportResultCode.FAILED) onFailed(result.error);
    done(result);
  };
