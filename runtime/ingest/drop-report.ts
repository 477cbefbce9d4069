import { type DropReason, type IngestEmitter } from "./events.js";

/** Tells of dropped records at once, and while it goes on once a second: never one event a record. */
export class DropReport {
  #counts = new Map<string, { stream: string; reason: DropReason; records: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly emitter: IngestEmitter,
    readonly intervalMs = 1000,
  ) {}

  add(stream: string, reason: DropReason, records: number): void {
    const key = `${reason} ${stream}`;
    const count = this.#counts.get(key) ?? { stream, reason, records: 0 };
    count.records += records;
    this.#counts.set(key, count);
    if (this.#timer !== undefined) return;
    this.flush();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.flush();
    }, this.intervalMs).unref();
  }

  /** Tells what was not told yet. */
  flush(): void {
    for (const count of this.#counts.values()) this.emitter.tell("dropped", count);
    this.#counts.clear();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.flush();
  }
}
