/**
 * How many records one request may carry to a server that is slow: half as many after a timeout, an eighth more
 * after each request of that size that is answered. There is none until the first timeout.
 */
export class BatchLimit {
  #records = Infinity;

  get records(): number {
    return this.#records;
  }

  /** Requests that were under way together count once: the limit is half of the smallest of them. */
  timedOut(size: number): void {
    this.#records = Math.max(1, Math.min(this.#records, size >> 1));
  }

  answered(size: number): void {
    if (size >= this.#records) this.#records += Math.ceil(this.#records / 8);
  }
}
