import type PQueue from "p-queue";
import { pause, withRetries } from "../retry/retry.js";
import { type Batch } from "./batch.js";
import { BatchLimit } from "./batch-limit.js";
import { type DeadLetters } from "./dead-letters.js";
import { type IngestEmitter } from "./events.js";
import { type ResolvedIngestOptions } from "./options.js";
import { rejectedRecords } from "./poison.js";
import { type RequestLimit } from "./request-limit.js";
import { type StreamStats } from "./stats.js";
import { type Answer } from "./transport/answer.js";
import { AnswerTimeoutError, type Transport } from "./transport/transport.js";

/** The longest `Retry-After` that is obeyed, in milliseconds. */
const maxRetryAfterMs = 60_000;

/** What ends the tries with a batch; without an answer in time only one of several records. */
type Settled =
  | Extract<Answer, { kind: "accepted" | "tooLarge" | "refused" }>
  | { readonly kind: "tooSlow"; readonly reason: string };

/** Why records are not stored yet. */
class NotYet extends Error {
  constructor(
    reason: string,
    readonly afterMs?: number,
  ) {
    super(reason);
  }
}

/** No answer came in time to the only request under way: fewer records at once may be faster. */
class TooSlow extends NotYet {}

export interface DeliveryParts {
  readonly transport: Transport;
  /** Limits the requests under way; waiting between tries takes no place in it. */
  readonly queue: PQueue;
  readonly requests: RequestLimit;
  readonly deadLetters: DeadLetters;
  readonly emitter: IngestEmitter;
  readonly options: Pick<ResolvedIngestOptions, "performance" | "retryBaseMs" | "retryMaxMs" | "cooldownMs">;
}

/** Brings batches of one stream to the server, however long it takes. */
export class Delivery {
  /** For the batches to come. */
  readonly limit = new BatchLimit();
  #failing = false;
  #timeoutsInARow = 0;

  constructor(
    readonly stream: string,
    readonly parts: DeliveryParts,
    readonly stats: StreamStats,
    readonly signal: AbortSignal,
  ) {}

  /**
   * Resolves when every record of the batch is stored or set aside.
   * @throws only when aborted
   */
  async deliver(batch: Batch): Promise<void> {
    const answer = await this.#untilSettled(batch);
    if (answer.kind === "accepted") {
      this.stats.delivered += batch.size - answer.failed;
      if (answer.failed > 0) await this.#setAsideRejected(batch, answer.failed, answer.reason);
    } else if (batch.size === 1) {
      await this.#setAside(batch.records(), answer.reason);
    } else {
      // One record spoils the others, or all are too many together: halving finds out, and stores the rest.
      for (const half of batch.halves()) await this.deliver(half);
    }
  }

  async #untilSettled(batch: Batch): Promise<Settled> {
    for (;;) {
      try {
        const settled = await this.#tries(batch);
        if (this.#failing) this.parts.emitter.tell("recovered", { stream: this.stream });
        this.#failing = false;
        this.#timeoutsInARow = 0;
        this.limit.answered(batch.size);
        return settled;
      } catch (error) {
        this.signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        const halve = isTooSlowFor(batch, error);
        if (halve) this.limit.timedOut(batch.size);
        const { maxRetries } = this.parts.options.performance;
        if (!halve || ++this.#timeoutsInARow > maxRetries) await this.#coolDown(reason);
        if (halve) return { kind: "tooSlow", reason };
      }
    }
  }

  /** As many tries as the limit allows, with backoff; one, if it is too slow for a batch that can be halved. */
  #tries(batch: Batch): Promise<Settled> {
    const { performance, retryBaseMs, retryMaxMs } = this.parts.options;
    return withRetries(() => this.#post(batch), {
      retries: performance.maxRetries,
      baseMs: retryBaseMs,
      maxMs: retryMaxMs,
      signal: this.signal,
      background: true,
      shouldRetry: (error) => !isTooSlowFor(batch, error),
      atLeastMs: (error) => (error instanceof NotYet ? Math.min(error.afterMs ?? 0, maxRetryAfterMs) : 0),
      onFailed: () => this.stats.failedRequests++,
    });
  }

  async #post(batch: Batch): Promise<Settled> {
    const { queue, transport } = this.parts;
    const answer = await queue.add(() => this.#request(transport, batch), { signal: this.signal });
    switch (answer.kind) {
      case "later":
        throw new NotYet(answer.reason, answer.afterMs);
      case "unauthorized":
        throw new NotYet(`${answer.reason}: check the token of the service account`);
      case "moved":
        throw new NotYet(`the server moved to ${answer.location}: set OPENOBSERVE_URL to its new address`);
      default:
        return answer;
    }
  }

  /** Any error of the network, even a TypeError, is a reason to try again. */
  async #request(transport: Transport, batch: Batch): Promise<Answer> {
    this.signal.throwIfAborted();
    const startedAt = performance.now();
    try {
      const answer = await transport.post(this.stream, batch.body(), this.signal);
      this.parts.requests.answered();
      return answer;
    } catch (error) {
      this.signal.throwIfAborted();
      if (error instanceof AnswerTimeoutError && this.parts.requests.timedOut(startedAt))
        throw new TooSlow(error.message);
      throw new NotYet(error instanceof Error ? describe(error) : String(error));
    }
  }

  async #coolDown(reason: string): Promise<void> {
    const { emitter, options } = this.parts;
    const retryInMs = Math.round(options.cooldownMs * (0.5 + Math.random() / 2));
    this.#failing = true;
    this.stats.failures++;
    emitter.tell("failure", { stream: this.stream, reason, retryInMs });
    await pause(retryInMs, { signal: this.signal, background: true });
  }

  async #setAsideRejected(batch: Batch, failed: number, reason: string): Promise<void> {
    const records = batch.records();
    const rejected = rejectedRecords(records, failed, reason);
    if (rejected !== undefined) return this.#setAside(rejected, reason);
    // Better all of them on file than the wrong ones: the answer does not say which were stored.
    const doubt = `${failed} of these ${records.length} records were rejected: ${reason}`;
    await this.#setAside(records, doubt, failed);
  }

  async #setAside(records: readonly string[], reason: string, count = records.length): Promise<void> {
    this.stats.deadLettered += count;
    await this.parts.deadLetters.add(this.stream, reason, records);
    this.parts.emitter.tell("deadLetter", { stream: this.stream, records: count, reason });
  }
}

const isTooSlowFor = (batch: Batch, error: unknown): boolean => error instanceof TooSlow && batch.size > 1;

function describe(error: Error): string {
  const code = "code" in error && typeof error.code === "string" ? `${error.code}: ` : "";
  return `${code}${error.message}`;
}
