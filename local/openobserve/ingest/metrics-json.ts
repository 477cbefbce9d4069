import { type ServerContext } from "../context.js";
import { flatten } from "./flatten.js";
import { compactJson, type JsonValue, parseExact } from "./json.js";
import { type MetricType, MetricsWriter } from "./metrics.js";
import { microsOf } from "./timestamp.js";
import { type Outcome } from "./write.js";

/** Thrown for a sample that the server refuses; nothing of its request is stored. */
export class InvalidMetric extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InvalidMetric";
  }
}

const metricTypes: Readonly<Partial<Record<string, MetricType>>> = {
  counter: "Counter",
  gauge: "Gauge",
  histogram: "Histogram",
  summary: "Summary",
};

/**
 * Samples as JSON: `[{__name__, __type__, value, _timestamp, …labels}]`, all labels kept as text.
 * @throws InvalidMetric, JsonSyntaxError
 */
export async function ingestMetricsJson(
  context: ServerContext,
  organization: string,
  body: string,
): Promise<[string, Outcome][]> {
  const parsed = parseExact(body);
  if (!Array.isArray(parsed)) throw new InvalidMetric("invalid type: map, expected a sequence");
  return ingestSamples(context, organization, parsed as readonly JsonValue[]);
}

/**
 * As above, for records that are parsed already.
 * @param stream name of the metric for all of them, whatever they say
 * @throws InvalidMetric
 */
export async function ingestSamples(
  context: ServerContext,
  organization: string,
  records: readonly JsonValue[],
  stream?: string,
): Promise<[string, Outcome][]> {
  const writer = new MetricsWriter(context, organization);
  for (const record of records) addSample(writer, record, context.clock.micros(), stream);
  const counts = await writer.write();
  return [...counts].map(([name, successful]) => [name, { successful, failed: 0 }]);
}

function addSample(writer: MetricsWriter, record: JsonValue, now: number, stream?: string): void {
  const { __name__: given, __type__: type, value, _timestamp: time, ...rest } = flatten(record, 0);
  const name = stream ?? given;
  if (name === undefined) throw new InvalidMetric("missing __name__");
  if (typeof name !== "string") throw new InvalidMetric("invalid __name__, need to be string");
  const metricType = metricTypes[typeof type === "string" ? type.toLowerCase() : "gauge"];
  if (metricType === undefined) {
    throw new InvalidMetric(
      `invalid metrics type, need to be one of: ${Object.keys(metricTypes).join(", ")}`,
    );
  }
  if (time !== undefined && typeof time !== "number" && typeof time !== "bigint") {
    throw new InvalidMetric("invalid _timestamp, need to be number");
  }
  if (value === undefined) throw new InvalidMetric("missing value");
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw new InvalidMetric("invalid value, need to be number");
  }
  const labels = Object.entries(rest).map(([label, text]) => [
    label,
    typeof text === "string" ? text : compactJson(text),
  ]);
  writer.describe(name, {
    type: metricType,
    help: name.toLowerCase().replace(/[^a-z0-9:]/g, " "),
    unit: "",
  });
  writer.add({
    name,
    labels: Object.fromEntries(labels) as Record<string, string>,
    time: time === undefined ? now : (microsOf(Math.trunc(Number(time))) ?? now),
    value: Number(value),
  });
}
