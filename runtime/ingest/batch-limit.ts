/**
 * How many records one request may carry to a server that is slow: half as many after a timeout. After each request of
 * that size that is answered it is twice as many, up to half of what timed out first, and an eighth more beyond: a server
 * that stood still for a while takes what it took before, and small batches would keep it busy with requests. There is
 * no limit until the first timeout.
 */
export class BatchLimit {
  #records = Infinity;
  /** Up to here it grows fast. */
  #likely = Infinity;
  #answeredSince = true;

  get records(): number {
    return this.#records;
  }

  /** Requests that were under way together count once: the limit is half of the smallest of them. */
  timedOut(size: number): void {
    const half = Math.max(1, size >> 1);
    if (this.#answeredSince) this.#likely = half;
    this.#answeredSince = false;
    this.#records = Math.min(this.#records, half);
  }

  answered(size: number): void {
    this.#answeredSince = true;
    if (size < this.#records) return;
    this.#records =
      this.#records < this.#likely
        ? Math.min(this.#likely, this.#records * 2)
        : this.#records + Math.ceil(this.#records / 8);
  }
}
