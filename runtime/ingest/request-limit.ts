import { fullJitter } from "../retry/retry.js";

/** The queue that requests wait in. */
interface Requests {
  concurrency: number;
  /** Requests under way. */
  readonly pending: number;
  pause(): void;
  start(): unknown;
}

export interface RequestLimitOptions {
  readonly timeoutMs: number;
  /** The longest pause, in milliseconds. */
  readonly cooldownMs: number;
}

/** Answers, for each request that is allowed, until one more is. */
const patience = 4;

/**
 * How many requests may be under way to a server that does not answer in time: half as many after a timeout, and when
 * there is but one a pause before the next; one more when it has answered for a while.
 *
 * A request has a cost of its own, so smaller batches alone are more work for a server that has too much, and it may
 * go on with those that no one waits for any more: many clients that did not hold back would keep it busy with nothing
 * else, for ever. So a batch counts as too large only when its request was alone and late all the same.
 */
export class RequestLimit {
  readonly #most: number;
  #answers = 0;
  #timeouts = 0;
  #loweredAt = -Infinity;

  constructor(
    readonly requests: Requests,
    readonly options: RequestLimitOptions,
  ) {
    this.#most = requests.concurrency;
  }

  /**
   * @param startedAt when the request began, by `performance.now()`: those under way together count once
   * @returns whether it was alone
   */
  timedOut(startedAt: number): boolean {
    if (startedAt < this.#loweredAt) return false;
    const alone = this.requests.pending === 1;
    this.#loweredAt = performance.now();
    this.#answers = 0;
    if (this.requests.concurrency === 1) this.#pause(++this.#timeouts);
    else this.requests.concurrency >>= 1;
    return alone;
  }

  answered(): void {
    this.#timeouts = 0;
    const { concurrency } = this.requests;
    if (concurrency === this.#most || ++this.#answers < concurrency * patience) return;
    this.#answers = 0;
    this.requests.concurrency++;
  }

  /** Clients spread out, and a delivery that waits does not keep the process alive. */
  #pause(timeouts: number): void {
    this.requests.pause();
    const { timeoutMs, cooldownMs } = this.options;
    setTimeout(() => this.requests.start(), fullJitter(timeouts, timeoutMs, cooldownMs)).unref();
  }
}
