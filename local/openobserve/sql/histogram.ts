import { SearchError, searchCodes } from "./errors.js";

const hour = 3_600;

/** From how long a range (seconds) which width of bin is taken when the query names none. */
const widths: readonly (readonly [number, number])[] = [
  [1440 * hour, 24 * hour],
  [720 * hour, 12 * hour],
  [672 * hour, 6 * hour],
  [504 * hour, 3 * hour],
  [360 * hour, 2 * hour],
  [6 * hour, hour],
  [2 * hour, 60],
  [hour, 30],
  [1800, 15],
  [900, 10],
];

/** Seconds of a bin for a time range in microseconds. */
export function defaultBinSeconds(start: number, end: number): number {
  const seconds = (end - start) / 1_000_000;
  return widths.find(([from]) => seconds >= from)?.[1] ?? 10;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: hour, d: 24 * hour, w: 168 * hour };

/**
 * Seconds of an interval such as `5 minutes`, `30 second` or `1h`.
 * @throws SearchError
 */
export function parseInterval(text: string): number {
  const [, count = "", unit = ""] =
    /^\s*(\d+)\s*(s|secs?|seconds?|m|mins?|minutes?|h|hours?|hrs?|d|days?|w|weeks?)\s*$/i.exec(text) ?? [];
  const seconds = Number(count) * (units[unit.charAt(0).toLowerCase()] ?? 0);
  if (seconds === 0)
    throw new SearchError(searchCodes.sqlNotValid, `Search SQL not valid: Invalid interval '${text}'`);
  return seconds;
}
