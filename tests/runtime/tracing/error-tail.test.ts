import { context, SpanStatusCode, trace, TraceFlags, type Tracer } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { ErrorTail, RecordingSampler } from "openobserve-cqrs/runtime/tracing";

let exporter: InMemorySpanExporter;
let tail: ErrorTail;
let provider: NodeTracerProvider;

function tracerWith(rate: number, maxSpans?: number): Tracer {
  exporter = new InMemorySpanExporter();
  tail = new ErrorTail(new SimpleSpanProcessor(exporter), maxSpans);
  provider = new NodeTracerProvider({ sampler: new RecordingSampler(rate), spanProcessors: [tail] });
  provider.register();
  return provider.getTracer("test");
}

afterEach(async () => {
  await provider.shutdown();
  trace.disable();
  context.disable();
});

const exported = () => exporter.getFinishedSpans().map(({ name }) => name);

function span(tracer: Tracer, name: string, inside: () => void = () => undefined, failed = false): void {
  tracer.startActiveSpan(name, (active) => {
    inside();
    if (failed) active.setStatus({ code: SpanStatusCode.ERROR });
    active.end();
  });
}

test("a trace without errors is forgotten when it was not chosen", () => {
  const tracer = tracerWith(0);
  span(tracer, "root", () => span(tracer, "child"));
  expect(exported()).toEqual([]);
});

test("a trace with an error anywhere is kept whole, though it was not chosen", () => {
  const tracer = tracerWith(0);
  span(tracer, "root", () => {
    span(tracer, "before");
    span(tracer, "failing", undefined, true);
    span(tracer, "after");
  });
  span(tracer, "another trace");
  expect(exported()).toEqual(["before", "failing", "after", "root"]);
});

test("a span that begins when its trace was kept already is kept as well", () => {
  const tracer = tracerWith(0);
  let later = context.active();
  span(tracer, "root", () => (later = context.active()), true);
  context.with(later, () => span(tracer, "subscriber"));
  expect(exported()).toEqual(["root", "subscriber"]);
});

test("an error that comes after its trace was forgotten is kept", () => {
  const tracer = tracerWith(0);
  let later = context.active();
  span(tracer, "root", () => (later = context.active()));
  context.with(later, () => span(tracer, "subscriber", undefined, true));
  expect(exported()).toEqual(["subscriber"]);
});

test("about the configured share of traces is kept, each of them whole", () => {
  const tracer = tracerWith(0.25);
  for (let n = 0; n < 2000; n++) span(tracer, "root", () => span(tracer, "child"));
  const roots = exported().filter((name) => name === "root").length;
  expect(roots / 2000).toBeGreaterThan(0.2);
  expect(roots / 2000).toBeLessThan(0.3);
  expect(exported()).toHaveLength(2 * roots);
});

test("what a caller in another process decided is followed", () => {
  const tracer = tracerWith(0);
  const parent = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", isRemote: true };
  const within = (flags: TraceFlags, name: string) =>
    context.with(trace.setSpanContext(context.active(), { ...parent, traceFlags: flags }), () =>
      span(tracer, name),
    );
  within(TraceFlags.SAMPLED, "sampled there");
  within(TraceFlags.NONE, "not sampled there");
  expect(exported()).toEqual(["sampled there"]);
});

test("spans that wait are bounded: the oldest trace is forgotten, and counted", () => {
  const tracer = tracerWith(0, 10);
  span(tracer, "endless", () => {
    for (let n = 0; n < 50; n++) span(tracer, `child ${n}`);
  });
  expect(tail.evicted).toBeGreaterThan(10);
});

test("spans that never end are bounded as well: the oldest trace is begun anew", () => {
  const tracer = tracerWith(0, 10);
  const oldest = tracer.startSpan("oldest");
  const within = trace.setSpan(context.active(), oldest);
  for (let n = 0; n < 20; n++) tracer.startSpan(`never ends ${n}`);
  context.with(within, () => span(tracer, "its child"));
  oldest.setStatus({ code: SpanStatusCode.ERROR });
  oldest.end();
  expect(exported()).toEqual(["oldest"]);
});
