import { type DropReport } from "./drop-report.js";
import { type DropReason } from "./events.js";
import { emptyStats, type StreamStats } from "./stats.js";

/** What became of the records, by stream. */
export class StreamAccounts {
  readonly #stats = new Map<string, StreamStats>();
  /** Records that were dropped or set aside instead of being accepted. */
  readonly #refusals = new Map<string, number>();

  constructor(private readonly drops: DropReport) {}

  of(stream: string): StreamStats {
    let stats = this.#stats.get(stream);
    if (stats === undefined) this.#stats.set(stream, (stats = emptyStats()));
    return stats;
  }

  get stats(): Readonly<Record<string, StreamStats>> {
    return Object.fromEntries(this.#stats);
  }

  /** A record is dropped or set aside instead of being accepted. */
  refuse(stream: string): void {
    this.#refusals.set(stream, (this.#refusals.get(stream) ?? 0) + 1);
  }

  drop(stream: string, reason: DropReason, records: number): void {
    this.of(stream).dropped += records;
    this.drops.add(stream, reason, records);
  }

  /** Counts as lost what was accepted and has become nothing else. */
  writeOff(): void {
    for (const [stream, { accepted, delivered, deadLettered, dropped }] of this.#stats) {
      const lost = accepted - delivered - deadLettered - dropped + (this.#refusals.get(stream) ?? 0);
      if (lost > 0) this.drop(stream, "lost", lost);
    }
  }
}
