import type { Clock } from "../../../../local/openobserve/clock.js";
import type { Exchange } from "./recording.js";

/**
 * The time at which each exchange was recorded, so that the server under test lives through the same hours and the
 * times in the requests mean what they meant. The recording does not say it; what the server made does: creation
 * times, and the milliseconds inside of its snowflake ids and of the trace ids of its answers.
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
      if (key === "trace_id" && /^01a2[0-9a-f]{8}7[0-9a-f]{19}$/.test(String(each)))
        return parseInt(String(each).slice(0, 12), 16) * 1000;
      if (/^(pipeline_id|dashboardId|folderId)$/.test(key) && /^\d{19}$/.test(String(each)))
        return Number(BigInt(String(each)) >> 22n) * 1000;
      return newest(each);
    }),
  );
}

/**
 * The recorder of 0.90 sent the older requests with their times moved to its day: by this much, by the number of
 * digits (seconds, milliseconds, microseconds, nanoseconds). Its answers show that milliseconds went a little too far,
 * and that times written as text were not moved.
 */
const moved: Readonly<Record<number, bigint>> = {
  10: 22_222n,
  13: 22_222_698n,
  16: 22_222_000_000n,
  19: 22_222_000_000_000n,
};

/** The times of a request of the older recording, as the recorder of the newer one sent them. */
export const moveTimes = (text: string): string =>
  text.replace(/\b179\d{7}(?:\d{3}){0,3}\b/g, (digits) =>
    String(BigInt(digits) + (moved[digits.length] ?? 0n)),
  );

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
