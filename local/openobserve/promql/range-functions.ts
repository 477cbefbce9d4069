import { PromqlError } from "./error.js";
import { extrapolate, instantChange, regression } from "./rate.js";
import { maximum, mean, minimum, quantile, sum, variance } from "./statistics.js";
import { type Window } from "./value.js";

/** What a function of a range vector makes of one series; undefined for no result. */
export type RangeFunction = (window: Window, parameters: readonly number[]) => number | undefined;

/** Functions that keep the name of the metric. */
export const keepsName = new Set(["last_over_time", "first_over_time"]);

const of =
  (reduce: (values: readonly number[]) => number): RangeFunction =>
  ({ values }) =>
    reduce(values);

const countWhere =
  (differs: (value: number, before: number) => boolean): RangeFunction =>
  ({ values }) =>
    values.filter((value, index) => index > 0 && differs(value, values[index - 1] ?? 0)).length;

export const rangeFunctions: ReadonlyMap<string, RangeFunction> = new Map<string, RangeFunction>([
  ["rate", (window) => extrapolate(window, "rate")],
  ["increase", (window) => extrapolate(window, "increase")],
  ["delta", (window) => extrapolate(window, "delta")],
  ["irate", (window) => instantChange(window, true)],
  ["idelta", (window) => instantChange(window, false)],
  ["sum_over_time", of(sum)],
  ["avg_over_time", of(mean)],
  ["min_over_time", of(minimum)],
  ["max_over_time", of(maximum)],
  ["count_over_time", of((values) => values.length)],
  ["stddev_over_time", of((values) => Math.sqrt(variance(values)))],
  ["stdvar_over_time", of(variance)],
  ["last_over_time", of((values) => values.at(-1) ?? NaN)],
  ["first_over_time", of((values) => values[0] ?? NaN)],
  ["present_over_time", () => 1],
  ["mad_over_time", of(medianDeviation)],
  ["quantile_over_time", ({ values }, [q = NaN]) => quantile(q, values)],
  [
    "changes",
    countWhere((value, before) => value !== before && !(Number.isNaN(value) && Number.isNaN(before))),
  ],
  ["resets", countWhere((value, before) => value < before)],
  [
    "deriv",
    (window) => (window.values.length < 2 ? undefined : regression(window, window.times[0] ?? 0).slope),
  ],
  ["predict_linear", predictLinear],
  ["double_exponential_smoothing", smooth],
]);

function medianDeviation(values: readonly number[]): number {
  const median = quantile(0.5, values);
  return quantile(
    0.5,
    values.map((value) => Math.abs(value - median)),
  );
}

function predictLinear(window: Window, [seconds = NaN]: readonly number[]): number | undefined {
  if (window.values.length < 2) return undefined;
  const { slope, intercept } = regression(window, window.end);
  return slope * seconds + intercept;
}

/** Double exponential smoothing with a smoothing factor and a trend factor. */
function smooth(
  { values }: Window,
  [factor = NaN, trendFactor = NaN]: readonly number[],
): number | undefined {
  if (!(factor > 0 && factor < 1))
    throw new PromqlError(`invalid smoothing factor. Expected: 0 < sf < 1, got: ${factor}`);
  if (!(trendFactor > 0 && trendFactor < 1)) {
    throw new PromqlError(`invalid trend factor. Expected: 0 < tf < 1, got: ${trendFactor}`);
  }
  const [first, second] = values;
  if (first === undefined || second === undefined) return undefined;
  let smoothed = first;
  let trend = second - first;
  let previous = 0;
  for (let index = 1; index < values.length; index++) {
    const scaled = factor * (values[index] ?? 0);
    if (index > 1) trend = trendFactor * (smoothed - previous) + (1 - trendFactor) * trend;
    previous = smoothed;
    smoothed = scaled + (1 - factor) * (smoothed + trend);
  }
  return smoothed;
}
