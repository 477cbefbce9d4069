import { type ServerContext } from "../context.js";
import { flatten } from "../ingest/flatten.js";
import { type JsonValue, compactJson } from "../ingest/json.js";
import { type Description, MetricsWriter, type MetricType } from "../ingest/metrics.js";
import {
  type HistogramPoint,
  type KeyValue,
  type Metric,
  type MetricsRequest,
  type NumberPoint,
  type SummaryPoint,
} from "./messages.js";
import { rewriteStreamName } from "../streams/names.js";
import { microsOfNanos, nanos, textValue, toObject } from "./values.js";

type Labels = Readonly<Record<string, JsonValue>>;

/** A series a data point, and for histograms and summaries several: `_count`, `_sum`, `_min`, `_max`, `_bucket`. */
export async function ingestOtlpMetrics(
  context: ServerContext,
  organization: string,
  request: MetricsRequest,
): Promise<void> {
  const writer = new MetricsWriter(context, organization);
  for (const { resource, scopeMetrics = [] } of request.resourceMetrics ?? []) {
    for (const { scope, metrics = [] } of scopeMetrics) {
      const labels: Labels = {
        ...toObject(resource?.attributes, textValue),
        ...(scope && {
          instrumentation_library_name: scope.name ?? "",
          instrumentation_library_version: scope.version ?? "",
        }),
      };
      for (const metric of metrics) await new MetricReader(writer, metric, labels).read();
    }
  }
  await writer.write();
}

class MetricReader {
  readonly #name: string;

  constructor(
    private readonly writer: MetricsWriter,
    private readonly metric: Metric,
    private readonly labels: Labels,
  ) {
    this.#name = metric.name ?? "";
  }

  async read(): Promise<void> {
    const { gauge, sum, histogram, summary } = this.metric;
    this.writer.describe(this.#name, this.#description());
    for (const point of gauge?.dataPoints ?? []) this.#number(point, {});
    if (sum) {
      const kind = {
        ...temporality(sum.aggregationTemporality),
        is_monotonic: String(sum.isMonotonic ?? false),
      };
      for (const point of sum.dataPoints ?? []) this.#number(point, kind);
    }
    for (const point of histogram?.dataPoints ?? []) {
      this.#histogram(point, temporality(histogram?.aggregationTemporality));
    }
    for (const point of summary?.dataPoints ?? []) this.#summary(point);
    // The metric's own stream is there even where all samples go to those of its parts.
    await this.writer.ensureStream(this.#name);
  }

  /** The family is the name in quotes, as the server has it; a metric without data is not described further. */
  #description(): Description {
    const type = this.#type();
    if (type === "Unknown") return { type, help: "", unit: "" };
    const { description = "", unit = "" } = this.metric;
    return { type, help: description, unit, family: JSON.stringify(rewriteStreamName(this.#name)) };
  }

  #type(): MetricType {
    const { gauge, sum, histogram, summary } = this.metric;
    return gauge ? "Gauge" : sum ? "Counter" : histogram ? "Histogram" : summary ? "Summary" : "Unknown";
  }

  #number(point: NumberPoint, kind: Labels): void {
    const value = point.asDouble ?? point.asInt;
    this.#add("", point, kind, value === undefined ? undefined : Number(value));
  }

  #histogram(point: HistogramPoint, kind: Labels): void {
    this.#add("_count", point, kind, Number(point.count ?? 0));
    this.#add("_sum", point, kind, point.sum);
    this.#add("_min", point, kind, point.min);
    this.#add("_max", point, kind, point.max);
    let total = 0;
    (point.bucketCounts ?? []).forEach((count, index) => {
      total += Number(count);
      const bound = point.explicitBounds?.[index];
      this.#add("_bucket", point, { ...kind, le: bound === undefined ? "inf" : String(bound) }, total);
    });
  }

  #summary(point: SummaryPoint): void {
    this.#add("_count", point, {}, Number(point.count ?? 0));
    this.#add("_sum", point, {}, point.sum ?? 0);
    for (const { quantile = 0, value = 0 } of point.quantileValues ?? []) {
      this.#add("", point, { quantile: String(quantile) }, value);
    }
  }

  #add(
    suffix: string,
    point: { readonly attributes?: readonly KeyValue[] } & Pick<
      NumberPoint,
      "timeUnixNano" | "startTimeUnixNano" | "flags"
    >,
    more: Labels,
    value: number | undefined,
  ): void {
    const labels = flatten(
      {
        ...this.labels,
        ...more,
        ...toObject(point.attributes, textValue),
        start_time: nanos(point.startTimeUnixNano).toString(),
        flag: point.flags === 1 ? "DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK" : "DATA_POINT_FLAGS_DO_NOT_USE",
      },
      0,
    );
    this.writer.add({
      name: `${this.#name}${suffix}`,
      labels: Object.fromEntries(
        Object.entries(labels).map(([name, label]) => [
          name,
          typeof label === "string" ? label : compactJson(label),
        ]),
      ),
      time: microsOfNanos(nanos(point.timeUnixNano)),
      value,
    });
  }
}

const temporalities = ["UNSPECIFIED", "DELTA", "CUMULATIVE"];

const temporality = (value = 0): Labels => ({
  aggregation_temporality: `AGGREGATION_TEMPORALITY_${temporalities[value] ?? "UNSPECIFIED"}`,
});
