import { type JsonValue } from "../ingest/json.js";
import { type AnyValue, type KeyValue } from "./messages.js";

/** An attribute as JSON of its own type. */
export function typedValue(value: AnyValue | null | undefined): JsonValue {
  if (!value) return null;
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) return integer(value.intValue);
  if (value.doubleValue !== undefined) return Number(value.doubleValue);
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(typedValue);
  if (value.kvlistValue) return toObject(value.kvlistValue.values, typedValue);
  return value.bytesValue === undefined ? null : bytesText(value.bytesValue);
}

/** An attribute as text, which is what the server makes of all but lists and maps of it. */
export function textValue(value: AnyValue | null | undefined): JsonValue {
  if (value?.arrayValue) return (value.arrayValue.values ?? []).map(textValue);
  if (value?.kvlistValue) return toObject(value.kvlistValue.values, textValue);
  const typed = typedValue(value);
  return typed === null || typeof typed === "object" ? typed : String(typed);
}

export function toObject(
  attributes: readonly KeyValue[] | undefined,
  convert: (value: AnyValue | null | undefined) => JsonValue,
): Record<string, JsonValue> {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, convert(value)]));
}

function integer(value: string | number): JsonValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
}

const bytesText = (value: string | Uint8Array) =>
  (typeof value === "string" ? Buffer.from(value, "base64") : Buffer.from(value)).toString("utf8");

/** A time in nanoseconds, exactly. */
export const nanos = (value: string | number | undefined): bigint => BigInt(value ?? 0);

export const microsOfNanos = (value: bigint): number => Number(value / 1000n);
