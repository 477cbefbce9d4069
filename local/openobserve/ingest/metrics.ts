import { createHash } from "node:crypto";
import { rewriteStreamName } from "../streams/names.js";
import { type ServerContext } from "../context.js";
import { BatchBuilder } from "../data/batch.js";
import { type Row, type StreamKey, type Value } from "../data/store.js";
import { activePipeline } from "../pipeline/active.js";
import { execute } from "../pipeline/execute.js";
import { type MetricsDescription } from "../store/records.js";
import { afterIngest } from "./observers.js";

export type MetricType = "Counter" | "Gauge" | "Histogram" | "Summary" | "Unknown";

/** One sample of one series. */
export interface Sample {
  /** Name of the metric as it came; rewritten, it is the name of the stream. */
  readonly name: string;
  /** Without `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Microseconds. */
  readonly time: number;
  /** Undefined where the source had none, the minimum of a histogram for instance: the row is kept. */
  readonly value: number | undefined;
}

/** Described when a metric's stream is made. */
export interface Description {
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
  /** The metric that a `_bucket`, `_sum` or `_count` belongs to. */
  readonly family?: string;
}

const columnTypes = { _timestamp: "Int64", value: "Float64" } as const;

/** Collects the samples of one request, a stream a metric. */
export class MetricsWriter {
  readonly #streams = new Map<string, { key: StreamKey; rows: BatchBuilder }>();
  readonly #descriptions = new Map<string, Description>();

  constructor(
    private readonly context: ServerContext,
    private readonly organization: string,
  ) {}

  describe(name: string, description: Description): void {
    this.#descriptions.set(rewriteStreamName(name), description);
  }

  add({ name, labels, time, value }: Sample): void {
    const stream = rewriteStreamName(name);
    const all = { ...labels, __name__: stream };
    this.#add(this.#keyOf(stream), {
      ...all,
      __hash__: seriesHash(all),
      _timestamp: time,
      value: value ?? null,
    });
  }

  /** Makes the stream of a metric that may have no samples of its own. */
  async ensureStream(name: string): Promise<void> {
    const key = this.#keyOf(rewriteStreamName(name));
    if (this.#streams.has(key.name) || this.context.data.columns(key)) return;
    await this.context.streams.prepareWrite(key, this.context.clock.micros());
    await this.context.data.create(key, []);
  }

  #add(key: StreamKey, row: Row): void {
    const pipeline = activePipeline(this.context, key);
    if (!pipeline) {
      this.#rows(key).add(row);
      return;
    }
    for (const { destination, record } of execute(pipeline, [row])) {
      if (destination.type === "metrics") this.#rows(this.#keyOf(destination.name)).add(asMetric(record));
    }
  }

  #keyOf(name: string): StreamKey {
    return { organization: this.organization, type: "metrics", name };
  }

  #rows(key: StreamKey): BatchBuilder {
    let stream = this.#streams.get(key.name);
    if (!stream) {
      stream = { key, rows: new BatchBuilder(columnTypes) };
      this.#streams.set(key.name, stream);
    }
    return stream.rows;
  }

  /** @returns how many samples each stream got, by name */
  async write(): Promise<Map<string, number>> {
    const { context } = this;
    await Promise.all(
      [...this.#descriptions].map(([name, description]) => this.#saveDescription(name, description)),
    );
    const counts = new Map<string, number>();
    await Promise.all(
      [...this.#streams.values()].map(async ({ key, rows }) => {
        await context.streams.prepareWrite(key, context.clock.micros());
        const batch = rows.build();
        await context.data.appendBatch(key, batch);
        counts.set(key.name, batch.size);
        afterIngest(context, key, batch);
      }),
    );
    return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The first description of a stream stays. */
  async #saveDescription(name: string, { type, help, unit, family }: Description): Promise<void> {
    const key = this.#keyOf(name);
    if (this.context.streams.record(key)?.metrics) return;
    const metrics: MetricsDescription = {
      metric_type: type,
      metric_family_name: family ?? name,
      help,
      unit,
    };
    this.context.streams.assertNotBeingDeleted(key);
    await this.context.streams.save(key, { metrics });
  }
}

/** What a pipeline leaves of a sample, with a value that is a number and labels that are text. */
function asMetric(record: Readonly<Record<string, Value>>): Row {
  const row: Record<string, Value> = {};
  for (const [name, value] of Object.entries(record)) {
    row[name] = name === "value" || name === "_timestamp" || value === null ? value : String(value);
  }
  return row;
}

/** Identifies a series: the same for the same labels, whatever their order. */
function seriesHash(labels: Readonly<Record<string, string>>): string {
  const hash = createHash("md5");
  for (const name of Object.keys(labels).sort()) hash.update(`${name}\u0000${labels[name]}\u0000`);
  return hash.digest().readBigUInt64BE().toString();
}
