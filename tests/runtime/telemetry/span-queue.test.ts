import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { NodeTracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { SpanQueue } from "../../../runtime/telemetry/span-queue.js";

/** An exporter that answers when it is told to. */
function slowExporter() {
  const exported: string[] = [];
  const unanswered: (() => void)[] = [];
  let stuck = true;
  return {
    exported,
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      exported.push(...spans.map(({ name }) => name));
      const answer = () => done({ code: ExportResultCode.SUCCESS });
      if (stuck) unanswered.push(answer);
      else answer();
    },
    shutdown: () => Promise.resolve(),
    letGo() {
      stuck = false;
      for (const answer of unanswered.splice(0)) answer();
    },
  };
}

test("spans that a slow server leaves no room for are told of, each once, and all others arrive", async () => {
  const exporter = slowExporter();
  let dropped = 0;
  const queue = new SpanQueue(exporter, 100, (spans) => (dropped += spans));
  const provider = new NodeTracerProvider({ spanProcessors: [queue] });
  const tracer = provider.getTracer("test");
  const end = (count: number, name: string) => {
    for (let n = 0; n < count; n++) tracer.startSpan(`${name} ${n}`).end();
  };
  end(300, "stuck");
  const droppedFirst = dropped;
  expect(droppedFirst).toBeGreaterThanOrEqual(100);
  exporter.letGo();
  await provider.forceFlush();
  expect(exporter.exported.length + dropped).toBe(300);
  // Room again, for as many as before.
  end(100, "after");
  expect(dropped).toBe(droppedFirst);
  await provider.shutdown();
  expect(new Set(exporter.exported).size).toBe(400 - dropped);
});
