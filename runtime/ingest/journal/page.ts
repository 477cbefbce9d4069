import { frameHeaderBytes, sealFrame } from "./frame.js";

/** A page that a burst made larger than this does not stay so large. */
const usualBytes = 4 * 2 ** 20;

/** Records on their way to the journal: all that came since the last write, written as one group. */
export class Page {
  #buffer: Buffer;
  #used = 0;
  #records = 0;

  constructor(readonly initialBytes = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafe(initialBytes);
  }

  /** Adds a record. @returns the bytes its frame takes */
  add(json: string): number {
    // Three bytes a code unit is the most that UTF-8 takes; counting exactly would read the text twice.
    this.#reserve(frameHeaderBytes + json.length * 3);
    const start = this.#used;
    const length = this.#buffer.write(json, start + frameHeaderBytes);
    sealFrame(this.#buffer, start, length);
    this.#used = start + frameHeaderBytes + length;
    this.#records++;
    return frameHeaderBytes + length;
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#used);
  }

  get size(): number {
    return this.#used;
  }

  get records(): number {
    return this.#records;
  }

  clear(): void {
    this.#used = 0;
    this.#records = 0;
    if (this.#buffer.length > usualBytes) this.#buffer = Buffer.allocUnsafe(this.initialBytes);
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#used + bytes));
    this.#buffer.copy(grown, 0, 0, this.#used);
    this.#buffer = grown;
  }
}
