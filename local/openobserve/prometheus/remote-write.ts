import protobuf from "protobufjs";
import { uncompress } from "snappyjs";
import { type ServerContext } from "../context.js";
import { MetricsWriter, type MetricType } from "../ingest/metrics.js";

/** The parts of Prometheus' remote-write messages (prompb, version 1) that are read here. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message WriteRequest { repeated TimeSeries timeseries = 1; repeated MetricMetadata metadata = 3; }
  message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
  message Label { string name = 1; string value = 2; }
  message Sample { double value = 1; int64 timestamp = 2; }
  message MetricMetadata { int32 type = 1; string metric_family_name = 2; string help = 4; string unit = 5; }
`);
const requestType = root.lookupType("WriteRequest");

interface WriteRequest {
  readonly timeseries?: readonly {
    readonly labels?: readonly { readonly name?: string; readonly value?: string }[];
    /** Milliseconds. */
    readonly samples?: readonly { readonly value?: number; readonly timestamp?: number }[];
  }[];
  readonly metadata?: readonly {
    readonly type?: number;
    readonly metricFamilyName?: string;
    readonly help?: string;
    readonly unit?: string;
  }[];
}

/** Thrown for a body that is not a snappy-compressed WriteRequest. */
export class InvalidWriteRequest extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InvalidWriteRequest";
  }
}

const types: readonly MetricType[] = ["Unknown", "Counter", "Gauge", "Histogram", "Unknown", "Summary"];

/** Stores the samples, each series in the stream of its metric. Old samples are taken too. */
export async function remoteWrite(context: ServerContext, organization: string, body: Buffer): Promise<void> {
  const request = decode(context, body);
  const writer = new MetricsWriter(context, organization);
  for (const { type = 0, metricFamilyName = "", help = "", unit = "" } of request.metadata ?? []) {
    writer.describe(metricFamilyName, { type: types[type] ?? "Unknown", help, unit });
  }
  for (const { labels = [], samples = [] } of request.timeseries ?? []) {
    const all = Object.fromEntries(labels.map(({ name = "", value = "" }) => [name, value]));
    const { __name__: name = "", ...rest } = all;
    if (name === "") continue;
    for (const { value = 0, timestamp = 0 } of samples) {
      // Staleness markers and other NaN are no samples.
      if (!Number.isNaN(value)) writer.add({ name, labels: rest, time: timestamp * 1000, value });
    }
  }
  await writer.write();
}

function decode(context: ServerContext, body: Buffer): WriteRequest {
  let plain: Uint8Array;
  try {
    plain = uncompress(body, context.options.bodyLimitBytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidWriteRequest(`Invalid snappy compressed data: snappy: corrupt input (${reason})`);
  }
  try {
    return requestType.toObject(requestType.decode(plain), { longs: Number });
  } catch {
    throw new InvalidWriteRequest("Invalid protobuf: failed to decode Protobuf message");
  }
}
