import { frameHeaderBytes, framesToJsonArray } from "./journal/frame.js";
import { type JournalRun } from "./journal/journal.js";

/** Records of one stream on their way to the server. */
export class Batch {
  readonly #buffer: Buffer;
  readonly #starts: readonly number[];
  readonly #end: number;

  constructor({ buffer, starts, end }: Pick<JournalRun, "buffer" | "starts" | "end">) {
    this.#buffer = buffer;
    this.#starts = starts;
    this.#end = end;
  }

  get size(): number {
    return this.#starts.length;
  }

  /** The body of a request: a JSON array, made in place. */
  body(): Buffer {
    return framesToJsonArray(this.#buffer, this.#starts, this.#end);
  }

  /** The JSON texts of the records. */
  records(): string[] {
    return this.#starts.map((start, index) =>
      this.#buffer.toString("utf8", start + frameHeaderBytes, this.#starts[index + 1] ?? this.#end),
    );
  }

  halves(): [Batch, Batch] {
    const middle = this.#starts.length >> 1;
    return [this.#part(0, middle), this.#part(middle, this.#starts.length)];
  }

  #part(first: number, last: number): Batch {
    const from = this.#starts[first] ?? 0;
    const to = this.#starts[last] ?? this.#end;
    const buffer = Buffer.allocUnsafe(to - from + 1);
    this.#buffer.copy(buffer, 0, from, to);
    return new Batch({
      buffer,
      starts: this.#starts.slice(first, last).map((start) => start - from),
      end: to - from,
    });
  }
}
