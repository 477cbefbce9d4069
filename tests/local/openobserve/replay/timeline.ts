import type { Clock } from "../../../../local/openobserve/clock.js";
import type { Exchange } from "./recording.js";

/**
 * The time at which each exchange was recorded, so that the server under test lives through the same hours and the
 * times in the requests mean what they meant. The recording does not say it; what the server made does: creation
 * times, and the milliseconds inside of its snowflake ids.
 */
export function timelineOf(exchanges: readonly Exchange[]): ReadonlyMap<string, number> {
  const times = exchanges.map(({ responseBody }) => newest(responseBody));
  const start = Math.min(...times.filter((time) => time > 0));
  let now = start;
  return new Map(
    exchanges.map(({ key }, index) => {
      now = Math.max(now, times[index] ?? 0);
      return [key, now];
    }),
  );
}

/** Microseconds of 2026, as numbers. */
const plausible = (value: number): boolean => value > 1.79e15 && value < 1.8e15;

function newest(value: unknown): number {
  if (Array.isArray(value)) return Math.max(0, ...value.map(newest));
  if (typeof value !== "object" || value === null) return 0;
  return Math.max(
    0,
    ...Object.entries(value).map(([key, each]) => {
      if (key === "created_at" && typeof each === "number") return plausible(each) ? each : 0;
      if (/^(pipeline_id|dashboardId|folderId)$/.test(key) && /^\d{19}$/.test(String(each)))
        return Number(BigInt(String(each)) >> 22n) * 1000;
      return newest(each);
    }),
  );
}

/** A clock that stands where it is set, except that it never tells the same time twice. */
export class SteppedClock implements Clock {
  #last: number;

  constructor(start: number) {
    this.#last = start;
  }

  micros(): number {
    return ++this.#last;
  }

  /** Never goes back. */
  set(micros: number): void {
    this.#last = Math.max(this.#last, micros);
  }

  advance(seconds: number): void {
    this.#last += seconds * 1_000_000;
  }
}
