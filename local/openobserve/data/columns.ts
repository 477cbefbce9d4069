import { type ColumnType, type Value } from "./store.js";

/**
 * How the types of a column's values combine. A column only ever widens: a stream that saw integers and then
 * text shows the integers as text from then on, as the server does.
 */
const rank: Record<ColumnType, number> = { Boolean: 0, Int64: 1, UInt64: 2, Float64: 3, Utf8: 4 };

/** The narrowest type that holds values of both. */
export function widen(current: ColumnType, incoming: ColumnType): ColumnType {
  if (current === incoming) return current;
  if (current === "Boolean" || incoming === "Boolean") return "Utf8";
  return rank[incoming] > rank[current] ? incoming : current;
}

const maxInt64 = 2n ** 63n - 1n;

/** The type that a value alone would give its column; undefined for null, which says nothing. */
export function columnTypeOf(value: Value): ColumnType | undefined {
  switch (typeof value) {
    case "string":
      return "Utf8";
    case "number":
      return Number.isInteger(value) ? "Int64" : "Float64";
    case "bigint":
      return value > maxInt64 ? "UInt64" : "Int64";
    case "boolean":
      return "Boolean";
    default:
      return undefined;
  }
}

/** The value as its column holds it, in the JavaScript form that the database's vectors take. */
export function convert(value: Value | undefined, type: ColumnType): Value {
  if (value === null || value === undefined) return null;
  switch (type) {
    case "Utf8":
      return typeof value === "string" ? value : String(value);
    case "Int64":
    case "UInt64":
      return toInteger(value);
    case "Float64": {
      const number = Number(value);
      return typeof value === "string" && Number.isNaN(number) && value !== "NaN" ? null : number;
    }
    case "Boolean":
      return typeof value === "boolean" ? value : (booleans[String(value)] ?? null);
  }
}

const booleans: Partial<Record<string, boolean>> = { true: true, false: false };

function toInteger(value: string | number | bigint | boolean): bigint | null {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isFinite(value) ? BigInt(Math.trunc(value)) : null;
  if (typeof value === "boolean") return value ? 1n : 0n;
  return /^-?\d+$/.test(value) ? BigInt(value) : null;
}
