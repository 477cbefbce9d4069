import { setTimeout as sleep } from "node:timers/promises";

export interface WaitOptions {
  /** Give up after so many milliseconds; a function is asked again before each pause. */
  readonly withinMs: number | (() => number);
  /** First pause, doubled each time up to `longestPauseMs`. Default 50. */
  readonly firstPauseMs?: number;
  /** Default 2,000. */
  readonly longestPauseMs?: number;
}

/**
 * Tries again, with growing pauses, until the attempt gives something or the time is up.
 *
 * @returns what the attempt gave, or undefined when the time ran out
 */
export async function eventually<T>(
  attempt: () => Promise<T | undefined>,
  { withinMs, firstPauseMs = 50, longestPauseMs = 2_000 }: WaitOptions,
): Promise<T | undefined> {
  const start = Date.now();
  const bound = typeof withinMs === "number" ? () => withinMs : withinMs;
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    const result = await attempt();
    const left = start + bound() - Date.now();
    if (result !== undefined || left <= 0) return result;
    await sleep(Math.min(pause, left));
  }
}
