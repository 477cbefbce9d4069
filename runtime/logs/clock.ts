/** How far the two clocks may part, in milliseconds, before the fine one is set again. */
const toleranceMs = 20;

let offsetMs = performance.timeOrigin;

/**
 * Now, in microseconds since 1970: the wall clock's time with the monotonic clock's resolution, so that records
 * of one millisecond keep their order. Follows the wall clock when it is set.
 */
export function nowMicros(): number {
  const wall = Date.now();
  const fine = offsetMs + performance.now();
  if (Math.abs(fine - wall) <= toleranceMs) return Math.round(fine * 1000);
  offsetMs += wall - fine;
  return wall * 1000;
}

let formattedMs = NaN;
let formatted = "";

/** A time in microseconds as ISO 8601 with milliseconds; records come many to a millisecond. */
export function isoOf(micros: number): string {
  const ms = Math.trunc(micros / 1000);
  if (ms !== formattedMs) {
    formatted = new Date(ms).toISOString();
    formattedMs = ms;
  }
  return formatted;
}
