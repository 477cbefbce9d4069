import { trace, type Tracer } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  type MetricData,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { type ServiceIdentity } from "openobserve-cqrs/runtime/env";
import { CqrsLogs } from "openobserve-cqrs/runtime/logs";
import { CqrsMetrics, createMeterProvider } from "openobserve-cqrs/runtime/metrics";

export type LogRecord = Record<string, unknown>;

export const identity: ServiceIdentity = {
  service: "orders",
  version: "1.0.0",
  env: "test",
  region: "local",
  source: "apiserver",
  instance: "test-1",
};

/** Telemetry that stays in memory, every log record of it checked against the contract. */
export class Recording {
  readonly records: { readonly stream: string; readonly record: LogRecord }[] = [];
  readonly problems: string[] = [];
  readonly #spans = new InMemorySpanExporter();
  readonly #points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: this.#points,
    exportIntervalMillis: 2 ** 30,
  });
  readonly #meters = createMeterProvider(resourceFromAttributes({}), [this.#reader]);
  readonly #tracing = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.#spans)] });
  readonly logs = new CqrsLogs({
    sink: { send: (stream, record) => this.records.push({ stream, record: { ...record } }) > 0 },
    streams: {
      commands: "commands",
      queries: "queries",
      events: "events",
      metrics: "metrics",
      traces: "traces",
    },
    identity,
    validate: true,
    onInvalid: (problem) => this.problems.push(problem),
  });
  readonly meter = this.#meters.getMeter("test");
  readonly metrics = new CqrsMetrics(this.meter);
  readonly tracer: Tracer = this.#tracing.getTracer("test");

  constructor() {
    this.#tracing.register();
  }

  get spans() {
    return this.#spans.getFinishedSpans();
  }

  of(stream: string): LogRecord[] {
    return this.records.filter((entry) => entry.stream === stream).map(({ record }) => record);
  }

  /** The value of a counter or gauge, or the number of values in a histogram, by its labels. */
  async points(name: string): Promise<{ readonly labels: object; readonly value: unknown }[]> {
    return (await this.dataPoints(name)).map(({ attributes, value }) => ({ labels: attributes, value }));
  }

  /** The same as the SDK collected them. */
  async dataPoints(name: string): Promise<readonly DataPoint<unknown>[]> {
    const metrics = await this.#collect();
    return metrics.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
  }

  async metricNames(): Promise<string[]> {
    return (await this.#collect()).map(({ descriptor }) => descriptor.name);
  }

  async #collect(): Promise<readonly MetricData[]> {
    await this.#reader.forceFlush();
    const [latest] = this.#points.getMetrics().slice(-1);
    return latest?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  }

  async stop(): Promise<void> {
    await this.#tracing.shutdown();
    await this.#meters.shutdown();
    trace.disable();
  }
}
