import { PromqlError } from "./error.js";
import { withLabel, withoutName } from "./labels.js";
import { compile } from "./matcher.js";
import { compareNumbers } from "./statistics.js";
import { assertUnique, type Vector } from "./value.js";

type NumberFunction = (value: number, parameters: readonly number[]) => number;

const degrees = 180 / Math.PI;

/** Functions of each value by itself. */
export const numberFunctions: ReadonlyMap<string, NumberFunction> = new Map<string, NumberFunction>([
  ["abs", Math.abs],
  ["ceil", Math.ceil],
  ["floor", Math.floor],
  ["exp", Math.exp],
  ["sqrt", Math.sqrt],
  ["ln", Math.log],
  ["log2", Math.log2],
  ["log10", Math.log10],
  ["sgn", Math.sign],
  ["sin", Math.sin],
  ["cos", Math.cos],
  ["tan", Math.tan],
  ["asin", Math.asin],
  ["acos", Math.acos],
  ["atan", Math.atan],
  ["sinh", Math.sinh],
  ["cosh", Math.cosh],
  ["tanh", Math.tanh],
  ["asinh", Math.asinh],
  ["acosh", Math.acosh],
  ["atanh", Math.atanh],
  ["deg", (value) => value * degrees],
  ["rad", (value) => value / degrees],
  ["clamp_min", (value, [low = NaN]) => Math.max(low, value)],
  ["clamp_max", (value, [high = NaN]) => Math.min(high, value)],
  ["clamp", (value, [low = NaN, high = NaN]) => Math.max(low, Math.min(high, value))],
  [
    "round",
    (value, [nearest = 1]) => {
      const inverse = 1 / nearest;
      return Math.floor(value * inverse + 0.5) / inverse;
    },
  ],
  ["day_of_month", (value) => dateOf(value).getUTCDate()],
  ["day_of_week", (value) => dateOf(value).getUTCDay()],
  [
    "day_of_year",
    (value) => Math.floor((value - Date.UTC(dateOf(value).getUTCFullYear(), 0, 1) / 1000) / 86_400) + 1,
  ],
  [
    "days_in_month",
    (value) =>
      new Date(Date.UTC(dateOf(value).getUTCFullYear(), dateOf(value).getUTCMonth() + 1, 0)).getUTCDate(),
  ],
  ["hour", (value) => dateOf(value).getUTCHours()],
  ["minute", (value) => dateOf(value).getUTCMinutes()],
  ["month", (value) => dateOf(value).getUTCMonth() + 1],
  ["year", (value) => dateOf(value).getUTCFullYear()],
]);

/** Seconds since 1970; fractions are cut off. */
const dateOf = (seconds: number) => new Date(Math.trunc(seconds) * 1000);

export function mapValues(name: string, vector: Vector, parameters: readonly number[]): Vector {
  const compute = numberFunctions.get(name);
  if (!compute) throw new PromqlError(`unknown function with name '${name}'`);
  const [low = NaN, high = NaN] = parameters;
  if (name === "clamp" && high < low) return [];
  return assertUnique(
    vector.map(({ labels, value }) => ({ labels: withoutName(labels), value: compute(value, parameters) })),
  );
}

export function labelReplace(
  vector: Vector,
  [target = "", replacement = "", source = "", pattern = ""]: readonly string[],
): Vector {
  const expression = compile(pattern);
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(target)) {
    throw new PromqlError(`invalid destination label name in label_replace(): ${target}`);
  }
  return assertUnique(
    vector.map((element) => {
      const match = expression.exec(element.labels[source] ?? "");
      if (!match) return element;
      return { ...element, labels: withLabel(element.labels, target, expand(replacement, match)) };
    }),
  );
}

/** `$1`, `${1}` and `${name}` stand for what the groups matched; a name is as long as it can be, as in Go. */
const expand = (template: string, match: RegExpExecArray): string =>
  template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (all, braced?: string, bare?: string) => {
    if (all === "$$") return "$";
    const name = braced ?? bare ?? "";
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? "";
  });

export function labelJoin(
  vector: Vector,
  [target = "", separator = "", ...sources]: readonly string[],
): Vector {
  return assertUnique(
    vector.map((element) => {
      const value = sources.map((source) => element.labels[source] ?? "").join(separator);
      return { ...element, labels: withLabel(element.labels, target, value) };
    }),
  );
}

/** NaN last. */
export function sortValues(vector: Vector, descending: boolean): Vector {
  return [...vector].sort((a, b) => {
    if (Number.isNaN(a.value) || Number.isNaN(b.value))
      return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
    return descending ? compareNumbers(b.value, a.value) : compareNumbers(a.value, b.value);
  });
}

export function sortLabels(vector: Vector, names: readonly string[], descending: boolean): Vector {
  const order = new Intl.Collator("en", { numeric: true });
  return [...vector].sort((a, b) => {
    const found =
      names
        .map((name) => order.compare(a.labels[name] ?? "", b.labels[name] ?? ""))
        .find((each) => each !== 0) ?? 0;
    return descending ? -found : found;
  });
}
