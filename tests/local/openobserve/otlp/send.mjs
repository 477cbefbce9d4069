// Sends logs, metrics and a span with OpenTelemetry's own exporters, and prints the span's ids. A process of its own:
// the exporters load modules in a way that the test runner does not allow.
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";

const resource = resourceFromAttributes({ "service.name": "orders", "deployment.environment": "test" });
const options = (signal, headers = {}) => ({
  url: `${process.env.SERVER_URL}/api/default/v1/${signal}`,
  headers: { authorization: process.env.SERVER_AUTHORIZATION, ...headers },
  compression: "gzip",
});

const exporter = new OTLPLogExporter(options("logs", { "stream-name": "app-logs" }));
const logs = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] });
logs.getLogger("test", "1.0").emit({
  severityNumber: SeverityNumber.INFO,
  severityText: "INFO",
  body: "hello",
  attributes: { "http.method": "GET", count: 5, ok: true, list: ["a", "b"] },
});
await logs.shutdown();

const reader = new PeriodicExportingMetricReader({
  exporter: new OTLPMetricExporter(options("metrics")),
  exportIntervalMillis: 3_600_000,
});
const metrics = new MeterProvider({ resource, readers: [reader] });
const meter = metrics.getMeter("test");
meter.createCounter("orders.created", { unit: "1" }).add(3, { route: "/a" });
meter.createUpDownCounter("orders.open").add(-2);
const latency = meter.createHistogram("orders.latency", {
  unit: "ms",
  advice: { explicitBucketBoundaries: [10, 100] },
});
for (const value of [5, 50, 70, 500]) latency.record(value);
await metrics.shutdown();

const spans = new SimpleSpanProcessor(new OTLPTraceExporter(options("traces", { "stream-name": "traces" })));
const traces = new BasicTracerProvider({ resource, spanProcessors: [spans] });
const span = traces
  .getTracer("test")
  .startSpan("POST /orders", { kind: SpanKind.SERVER, attributes: { "http.status_code": 500 } });
span.addEvent("retry", { attempt: 2 });
span.setStatus({ code: SpanStatusCode.ERROR, message: "bad" });
span.end();
await traces.shutdown();

console.log(JSON.stringify(span.spanContext()));
