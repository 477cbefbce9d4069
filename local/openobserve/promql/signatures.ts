import { type ValueType } from "./ast.js";

/** Arguments and result of a function; the last argument may be absent or repeated. */
export interface Signature {
  readonly args: readonly ValueType[];
  readonly result: ValueType;
  /** How many of the last arguments may be left out. */
  readonly optional?: number;
  /** Whether the last argument may be repeated. */
  readonly variadic?: boolean;
}

const instant: Signature = { args: ["vector"], result: "vector" };
const range: Signature = { args: ["matrix"], result: "vector" };
const calendar: Signature = { args: ["vector"], result: "vector", optional: 1 };

const named = (signature: Signature, names: string) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, signature] as const);

export const signatures: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ...named(
    instant,
    `abs ceil floor exp sqrt ln log2 log10 sgn sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh deg rad
    absent timestamp sort sort_desc`,
  ),
  ...named(calendar, "day_of_month day_of_week day_of_year days_in_month hour minute month year"),
  ...named(
    range,
    `rate increase delta irate idelta deriv changes resets avg_over_time min_over_time max_over_time sum_over_time
    count_over_time stddev_over_time stdvar_over_time last_over_time first_over_time present_over_time absent_over_time
    mad_over_time`,
  ),
  ["quantile_over_time", { args: ["scalar", "matrix"], result: "vector" }],
  ["predict_linear", { args: ["matrix", "scalar"], result: "vector" }],
  ["double_exponential_smoothing", { args: ["matrix", "scalar", "scalar"], result: "vector" }],
  ["round", { args: ["vector", "scalar"], result: "vector", optional: 1 }],
  ["clamp", { args: ["vector", "scalar", "scalar"], result: "vector" }],
  ["clamp_min", { args: ["vector", "scalar"], result: "vector" }],
  ["clamp_max", { args: ["vector", "scalar"], result: "vector" }],
  ["histogram_quantile", { args: ["scalar", "vector"], result: "vector" }],
  ["label_replace", { args: ["vector", "string", "string", "string", "string"], result: "vector" }],
  [
    "label_join",
    { args: ["vector", "string", "string", "string"], result: "vector", variadic: true, optional: 1 },
  ],
  ["sort_by_label", { args: ["vector", "string"], result: "vector", variadic: true, optional: 1 }],
  ["sort_by_label_desc", { args: ["vector", "string"], result: "vector", variadic: true, optional: 1 }],
  ["scalar", { args: ["vector"], result: "scalar" }],
  ["vector", { args: ["scalar"], result: "vector" }],
  ["time", { args: [], result: "scalar" }],
  ["pi", { args: [], result: "scalar" }],
]);

/** Aggregations that take a parameter, and its type. */
export const parameterTypes: Readonly<Partial<Record<string, ValueType>>> = {
  topk: "scalar",
  bottomk: "scalar",
  quantile: "scalar",
  count_values: "string",
};
