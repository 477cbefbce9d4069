import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
} from "@duckdb/node-api";

/** A value of a result as the API shows it: integers beyond 2^53 stay bigints for `stringify`. */
export function toPlain(value: unknown): unknown {
  if (typeof value === "bigint") return isSafe(value) ? Number(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
    return dateTime(value.micros);
  if (value instanceof DuckDBDecimalValue) return value.toDouble();
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBListValue) return value.items.map(toPlain);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, inner]) => [name, toPlain(inner)]));
  }
  return (value as { toString(): string }).toString();
}

const isSafe = (value: bigint) =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);

/** `2026-11-23T20:08:00`, with a fraction only where there is one. */
function dateTime(micros: bigint): string {
  const seconds = micros / 1_000_000n - (micros % 1_000_000n < 0n ? 1n : 0n);
  const fraction = Number(micros - seconds * 1_000_000n);
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return fraction === 0
    ? text
    : `${text}.${String(fraction)
        .padStart(6, "0")
        .replace(/(000)$/, "")}`;
}
