import { type Value } from "../data/store.js";

const hour = 3_600_000_000;
const allowedHoursBack = 5;
const allowedHoursAhead = 24;

/** 1971-01-01: what is later counted in a unit is taken for that unit. */
const base = 31_536_000;

/** Why a record was not taken, in the server's words. */
export class RejectedRecord extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RejectedRecord";
  }
}

export const tooOld =
  `Too old data, only last ${allowedHoursBack} hours data can be ingested. Data discarded. ` +
  "You can adjust ingestion max time by setting the environment variable ZO_INGEST_ALLOWED_UPTO=<max_hours>";
export const tooFar =
  `Too far data, only future ${allowedHoursAhead} hours data can be ingested. Data discarded. ` +
  "You can adjust ingestion max time by setting the environment variable ZO_INGEST_ALLOWED_IN_FUTURE=<max_hours>";

/** A number of unknown unit (s, ms, µs or ns, told by its size) as microseconds; undefined for 0, which means now. */
export function microsOf(time: number): number | undefined {
  if (time === 0) return undefined;
  // A double is up to 128 ns off in this range, and the quotient as much again: whole microseconds must stay whole.
  if (time > base * 1e9) return Math.floor(time / 1000 + 0.26);
  if (time > base * 1e6) return time;
  if (time > base * 1e3) return time * 1000;
  return time * 1_000_000;
}

const dateTime = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|z|[+-]\d{2}:?\d{2})?$/;

/** Microseconds of a date and time: RFC 3339, or without a zone for UTC; undefined when it is neither. */
export function parseDateTime(text: string): number | undefined {
  const [, date, time, fraction = "", zone = "Z"] = dateTime.exec(text.trim()) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const millis = Date.parse(`${date}T${time}${zone === "z" ? "Z" : zone}`);
  return Number.isNaN(millis) ? undefined : millis * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

/** Microseconds of a time given as number or text in any form that the server knows; undefined when it is none. */
export function parseTime(value: Value | undefined): number | undefined {
  if (typeof value === "number") return microsOf(Math.trunc(value));
  if (typeof value === "bigint")
    return value > 31_536_000_000_000_000n ? Number(value / 1000n) : microsOf(Number(value));
  if (typeof value !== "string") return undefined;
  return value.trim() !== "" && !Number.isNaN(Number(value))
    ? microsOf(Math.trunc(Number(value)))
    : parseDateTime(value);
}

/**
 * The time of a record from its `_timestamp`, which `@timestamp` has become by now; the time of arrival
 * without one.
 * @throws RejectedRecord when it cannot be read or is out of the allowed range
 */
export function recordTime(value: Value | undefined, now: () => number): number {
  const arrival = now();
  if (value === undefined || value === null) return arrival;
  const isZero = value === 0 || value === "0";
  const time = isZero ? arrival : parseTime(value);
  if (time === undefined) throw new RejectedRecord("Can't parse timestamp");
  assertAllowed(time, arrival);
  return time;
}

/** @throws RejectedRecord */
export function assertAllowed(time: number, now: number): void {
  if (time < now - allowedHoursBack * hour) throw new RejectedRecord(tooOld);
  if (time > now + allowedHoursAhead * hour) throw new RejectedRecord(tooFar);
}
