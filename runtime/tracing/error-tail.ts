import { type Context, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { type ReadableSpan, type Span, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { LRUCache } from "lru-cache";

interface HeldTrace {
  /** Ended spans that wait for the decision. */
  readonly spans: ReadableSpan[];
  /** Spans of this process that did not end yet. */
  open: number;
}

/**
 * Always-on sampling for errors: spans that the sampler did not choose wait until all of their trace in this process
 * have ended. If one of them is an error they are passed on, and so are later spans of that trace; else they are
 * forgotten. Chosen spans pass at once.
 */
export class ErrorTail implements SpanProcessor {
  readonly #held = new Map<string, HeldTrace>();
  readonly #kept: LRUCache<string, true>;
  #heldSpans = 0;
  /** Spans forgotten before their trace was decided, because too many waited. */
  evicted = 0;
  /** Spans passed on. */
  passed = 0;

  /**
   * @param next takes what is kept
   * @param maxSpans spans that may wait, and traces with spans that did not end; beyond, the oldest trace is forgotten.
   *   Default 20 000
   */
  constructor(
    readonly next: SpanProcessor,
    readonly maxSpans = 20_000,
  ) {
    this.#kept = new LRUCache({ max: 10_000 });
  }

  onStart(span: Span, parent: Context): void {
    this.next.onStart(span, parent);
    const { traceId, traceFlags } = span.spanContext();
    if (isSampled(traceFlags) || this.#kept.has(traceId)) return;
    const held = this.#held.get(traceId);
    if (held !== undefined) {
      held.open++;
      return;
    }
    this.#held.set(traceId, { spans: [], open: 1 });
    // Spans that never end hold no others, and are as many as there are handlers that never answer.
    if (this.#held.size > this.maxSpans) this.#evict();
  }

  onEnd(span: ReadableSpan): void {
    const { traceId, traceFlags } = span.spanContext();
    if (isSampled(traceFlags) || this.#kept.has(traceId)) {
      this.#pass(span);
      return;
    }
    const held = this.#held.get(traceId) ?? { spans: [], open: 1 };
    held.open--;
    if (span.status.code === SpanStatusCode.ERROR) this.#keep(traceId, held, span);
    else if (held.open <= 0) this.#forget(traceId, held);
    else this.#hold(held, span);
  }

  async forceFlush(): Promise<void> {
    await this.next.forceFlush();
  }

  async shutdown(): Promise<void> {
    this.#held.clear();
    await this.next.shutdown();
  }

  #keep(traceId: string, held: HeldTrace, failed: ReadableSpan): void {
    this.#kept.set(traceId, true);
    this.#forget(traceId, held);
    for (const span of held.spans) this.#pass(span);
    this.#pass(failed);
  }

  #hold(held: HeldTrace, span: ReadableSpan): void {
    held.spans.push(span);
    this.#heldSpans++;
    this.#evict();
  }

  #forget(traceId: string, held: HeldTrace): void {
    this.#heldSpans -= held.spans.length;
    this.#held.delete(traceId);
  }

  #pass(span: ReadableSpan): void {
    // Exporters skip what does not carry the flag; the context is the span's own, made by our tracer.
    span.spanContext().traceFlags |= TraceFlags.SAMPLED;
    this.passed++;
    this.next.onEnd(span);
  }

  #evict(): void {
    for (const [traceId, held] of this.#held) {
      if (this.#heldSpans <= this.maxSpans && this.#held.size <= this.maxSpans) return;
      this.evicted += held.spans.length;
      this.#forget(traceId, held);
    }
  }
}

const isSampled = (flags: number): boolean => (flags & TraceFlags.SAMPLED) !== 0;
