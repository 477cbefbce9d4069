import { type Context } from "@opentelemetry/api";
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base";

const maxExportBatchSize = 512;

/**
 * Spans that wait for the exporter, in batches. There is room for so many; those beyond are lost and told of, which the
 * SDK's own processor does not: a server that is a little too slow would lose some all day without a trace.
 */
export class SpanQueue implements SpanProcessor {
  readonly #next: BatchSpanProcessor;
  #waiting = 0;

  constructor(
    exporter: SpanExporter,
    readonly maxSpans: number,
    readonly onDropped: (spans: number) => void,
  ) {
    const counting: SpanExporter = {
      export: (spans, done) => {
        this.#waiting -= spans.length;
        exporter.export(spans, done);
      },
      shutdown: () => exporter.shutdown(),
      forceFlush: async () => exporter.forceFlush?.(),
    };
    this.#next = new BatchSpanProcessor(counting, { maxQueueSize: maxSpans, maxExportBatchSize });
  }

  onStart(span: Span, parent: Context): void {
    this.#next.onStart(span, parent);
  }

  /** @param span must be sampled, as the SDK's processor skips others */
  onEnd(span: ReadableSpan): void {
    if (this.#waiting >= this.maxSpans) {
      this.onDropped(1);
      return;
    }
    this.#waiting++;
    this.#next.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#next.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#next.shutdown();
  }
}
