import { type JsonNode, parseJson } from "../serde/json.js";

/** JSON as records hold it; integers beyond 2^53 are bigints, so that nanoseconds stay exact. */
export type JsonValue = string | number | bigint | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** An integer that `JSON.parse` could round, outside of text as far as one can see without parsing. */
const largeInteger = /[:[,]\s*-?(?:\d{17}|9\d{15})/;

/**
 * Parses JSON exactly. The engine's own parser does the work where it can: it is many times faster.
 * @throws JsonSyntaxError in the server's words
 */
export function parseExact(text: string): JsonValue {
  if (!largeInteger.test(text)) {
    try {
      return JSON.parse(text) as JsonValue;
    } catch {
      // Parsed again for the position and the wording of the error.
    }
  }
  return valueOf(parseJson(text));
}

function valueOf(node: JsonNode): JsonValue {
  switch (node.kind) {
    case "null":
      return null;
    case "array":
      return node.items.map(valueOf);
    case "object":
      return Object.fromEntries(node.entries.map(([key, value]) => [key, valueOf(value)]));
    case "number":
      return node.integer && !Number.isSafeInteger(node.value) ? BigInt(node.text) : node.value;
    default:
      return node.value;
  }
}

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON text without spaces and with sorted keys, as the server writes nested values into text columns. */
export function compactJson(value: JsonValue | undefined): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(compactJson).join(",")}]`;
  const object = value as JsonObject;
  const entries = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${compactJson(object[key])}`);
  return `{${entries.join(",")}}`;
}

/** JSON with every integer written exactly, which `JSON.stringify` cannot do for bigints; members in their order. */
export function stringify(value: unknown): string {
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "object":
      break;
    case "undefined":
      return "null";
    default:
      return JSON.stringify(value);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(stringify).join(",")}]`;
  const members = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${stringify(inner)}`).join(",")}}`;
}
