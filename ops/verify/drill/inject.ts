import { drill, type LogStreamRole, resourceAttributes, rewriteFieldName, streams } from "@o2cqrs/contract";
import { type VerifyContext } from "../context.js";
import { postMetrics } from "../probe/metrics.js";
import { drillRecordId, probeRecord } from "../probe/records.js";
import { type DrillTelemetry, type Sample, samplesBetween } from "./telemetry.js";

type Writer = Pick<
  VerifyContext,
  "app" | "appConfig" | "appEnv" | "caCertificate" | "environment" | "signal"
>;

const isLog = (stream: string): stream is LogStreamRole => stream !== "quarantine";

/** Writes the records, each as a healthy one but for what is said of it. */
export async function writeRecords(
  context: Writer,
  telemetry: readonly DrillTelemetry[],
  now: number,
): Promise<void> {
  const all = telemetry.flatMap(({ records }) => records);
  for (const stream of new Set(all.map((record) => record.stream))) {
    const rows = all
      .filter((record) => record.stream === stream)
      .map(({ fields }) => ({ ...healthy(stream, context, now), ...fields }));
    await context.app.telemetry.ingest(streams[stream].name, rows);
  }
}

function healthy(stream: LogStreamRole | "quarantine", context: Writer, now: number): object {
  const timestamp = new Date(now).toISOString();
  if (!isLog(stream)) return { _timestamp: now * 1000, quarantined_at: timestamp };
  const record = probeRecord(stream, drillRecordId(), context);
  return { ...record, _timestamp: now * 1000, timestamp, service: drill.service };
}

/** Writes the samples of the series that fall after one time and until another. */
export async function writeSamples(
  context: Writer,
  telemetry: readonly DrillTelemetry[],
  { origin, after, until }: { readonly origin: number; readonly after: number; readonly until: number },
): Promise<void> {
  const samples = telemetry
    .flatMap(({ series }) => series)
    .flatMap((series) => samplesBetween(series, origin, after, until));
  for (let from = 0; from < samples.length; from += samplesPerRequest)
    await postMetrics(
      context,
      samples.slice(from, from + samplesPerRequest).map((each) => rowOf(context, each)),
    );
}

const samplesPerRequest = 2000;

/**
 * As the server's own JSON has it, by the names that OTLP's resource attributes get. Not OTLP/JSON: v0.90 reads
 * every number there that is not whole as 0.
 */
function rowOf({ environment }: Writer, { metric, labels, value, cumulative, time }: Sample): object {
  const resource = {
    [rewriteFieldName(resourceAttributes.service)]: drill.service,
    [rewriteFieldName(resourceAttributes.env)]: environment,
    [rewriteFieldName(resourceAttributes.version)]: "0",
  };
  return {
    __name__: metric,
    __type__: cumulative ? "counter" : "gauge",
    ...resource,
    ...labels,
    _timestamp: time * 1000,
    value,
  };
}
