import { PromqlError } from "./error.js";
import { keyOf, type Labels } from "./labels.js";

/** One element of an instant vector. */
export interface Element {
  readonly labels: Labels;
  readonly value: number;
  /** Time of the sample itself, milliseconds; only selectors know it. */
  readonly time?: number;
}

export type Vector = readonly Element[];

/** The samples of a series within a window, both ends included. */
export interface Window {
  readonly labels: Labels;
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** The window itself, milliseconds. */
  readonly start: number;
  readonly end: number;
}

/** @throws PromqlError when two elements have the same labels */
export function assertUnique(vector: Vector): Vector {
  const seen = new Set<string>();
  for (const { labels } of vector) {
    const key = keyOf(labels);
    if (seen.has(key)) throw new PromqlError("vector cannot contain metrics with the same labelset");
    seen.add(key);
  }
  return vector;
}

/** As Prometheus writes numbers into labels. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const text = String(value);
  return text.includes("e") ? expandExponent(text) : text;
}

function expandExponent(text: string): string {
  const [mantissa = "0", exponent = "0"] = text.split("e");
  const negative = mantissa.startsWith("-");
  const [whole = "0", fraction = ""] = mantissa.replace("-", "").split(".");
  const shift = Number(exponent);
  const digits = whole + fraction;
  const point = whole.length + shift;
  const plain =
    point <= 0
      ? `0.${"0".repeat(-point)}${digits}`
      : digits.length <= point
        ? digits.padEnd(point, "0")
        : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return negative ? `-${plain}` : plain;
}
