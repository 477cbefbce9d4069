import { aggregate } from "./aggregate.js";
import {
  type Aggregation,
  type Binary,
  type Call,
  type Expr,
  type RangeSelector,
  type Selector,
  type Subquery,
} from "./ast.js";
import { scalarBinary, setOperation, vectorBinary, vectorScalar } from "./binary.js";
import { check } from "./check.js";
import { PromqlError } from "./error.js";
import { histogramQuantile } from "./histogram.js";
import { keyOf, type Labels, metricName, withoutName } from "./labels.js";
import { keepsName, rangeFunctions } from "./range-functions.js";
import {
  defaultLookback,
  defaultSubqueryStep,
  fixedTime,
  selectionsOf,
  type TimeRange,
} from "./selections.js";
import { type Series, type SeriesSource } from "./source.js";
import { assertUnique, type Element, type Vector, type Window } from "./value.js";
import {
  labelJoin,
  labelReplace,
  mapValues,
  numberFunctions,
  sortLabels,
  sortValues,
} from "./vector-functions.js";

export interface EvaluationOptions {
  /** Milliseconds that an instant selector looks back. Default 5 minutes. */
  readonly lookback?: number;
}

/** A series of a result; times in milliseconds. */
export interface ResultSeries {
  readonly labels: Labels;
  readonly points: readonly (readonly [time: number, value: number])[];
}

export type InstantResult =
  | { readonly type: "scalar"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "vector"; readonly value: Vector }
  | { readonly type: "matrix"; readonly value: readonly ResultSeries[] };

/**
 * Evaluates an expression at one time (milliseconds).
 * @throws PromqlError
 */
export function evaluateInstant(
  expr: Expr,
  source: SeriesSource,
  time: number,
  options: EvaluationOptions = {},
): InstantResult {
  const evaluator = new Evaluator(expr, source, { start: time, end: time }, options);
  switch (check(expr)) {
    case "scalar":
      return { type: "scalar", value: evaluator.scalar(expr, time) };
    case "string":
      return { type: "string", value: evaluator.text(expr) };
    case "vector":
      return { type: "vector", value: evaluator.vector(expr, time) };
    case "matrix": {
      const windows = evaluator.windows(expr, time);
      const value = windows.map(({ labels, times, values }) => ({
        labels,
        points: times.map((at, index) => [at, values[index] ?? NaN] as const),
      }));
      return { type: "matrix", value };
    }
  }
}

/**
 * Evaluates an expression at every step from `start` to `end` (milliseconds, both included).
 * @throws PromqlError, also for an expression that is a range vector or text
 */
export function evaluateRange(
  expr: Expr,
  source: SeriesSource,
  { start, end, step }: TimeRange & { readonly step: number },
  options: EvaluationOptions = {},
): ResultSeries[] {
  const type = check(expr);
  if (type !== "scalar" && type !== "vector") {
    const found = type === "matrix" ? "range vector" : "string";
    throw new PromqlError(
      `invalid expression type "${found}" for range query, must be Scalar or instant Vector`,
    );
  }
  const evaluator = new Evaluator(expr, source, { start, end }, options);
  const series = new Map<string, { labels: Labels; points: [number, number][] }>();
  for (let time = start; time <= end; time += step) {
    const vector =
      type === "scalar"
        ? [{ labels: {}, value: evaluator.scalar(expr, time) }]
        : evaluator.vector(expr, time);
    for (const { labels, value } of vector) {
      const key = keyOf(labels);
      const known = series.get(key) ?? { labels, points: [] };
      series.set(key, known);
      known.points.push([time, value]);
    }
  }
  return [...series.values()];
}

class Evaluator {
  readonly #series = new Map<Selector, readonly Series[]>();
  readonly #subqueries = new Map<Subquery, Map<number, Vector>>();
  readonly #lookback: number;

  constructor(
    expr: Expr,
    source: SeriesSource,
    private readonly whole: TimeRange,
    { lookback = defaultLookback }: EvaluationOptions,
  ) {
    this.#lookback = lookback;
    for (const [selector, selection] of selectionsOf(expr, whole, lookback)) {
      this.#series.set(selector, source.select(selection));
    }
  }

  text(expr: Expr): string {
    if (expr.kind === "paren") return this.text(expr.expr);
    if (expr.kind !== "string") throw new PromqlError("string expected");
    return expr.value;
  }

  scalar(expr: Expr, time: number): number {
    switch (expr.kind) {
      case "number":
        return expr.value;
      case "paren":
        return this.scalar(expr.expr, time);
      case "unary":
        return expr.operator === "-" ? -this.scalar(expr.expr, time) : this.scalar(expr.expr, time);
      case "binary":
        return scalarBinary(expr.operator, this.scalar(expr.left, time), this.scalar(expr.right, time));
      case "call":
        return this.#scalarCall(expr, time);
      default:
        throw new PromqlError("scalar expected");
    }
  }

  #scalarCall({ name, args }: Call, time: number): number {
    if (name === "time") return time / 1000;
    if (name === "pi") return Math.PI;
    const [arg] = args;
    const vector = arg ? this.vector(arg, time) : [];
    const [only, more] = vector;
    return only !== undefined && more === undefined ? only.value : NaN;
  }

  vector(expr: Expr, time: number): Vector {
    switch (expr.kind) {
      case "selector":
        return this.#instant(expr, time);
      case "paren":
        return this.vector(expr.expr, time);
      case "unary":
        return this.#unary(expr.operator, this.vector(expr.expr, time));
      case "call":
        return this.#call(expr, time);
      case "aggregation":
        return this.#aggregation(expr, time);
      case "binary":
        return this.#binary(expr, time);
      default:
        throw new PromqlError("instant vector expected");
    }
  }

  #unary(operator: "+" | "-", vector: Vector): Vector {
    if (operator === "+") return vector;
    return assertUnique(vector.map(({ labels, value }) => ({ labels: withoutName(labels), value: -value })));
  }

  #at(
    { at, offset }: { readonly at?: number | "start" | "end"; readonly offset: number },
    time: number,
  ): number {
    return (at === undefined ? time : fixedTime(at, this.whole)) - offset;
  }

  /** The newest sample of each series that is not older than the lookback. */
  #instant(selector: Selector, time: number): Vector {
    const at = this.#at(selector, time);
    const elements: Element[] = [];
    for (const { labels, times, values } of this.#series.get(selector) ?? []) {
      const index = lastAtOrBefore(times, at);
      const sampleTime = times[index];
      if (sampleTime === undefined || sampleTime < at - this.#lookback) continue;
      elements.push({ labels, value: values[index] ?? NaN, time: sampleTime });
    }
    return elements;
  }

  windows(expr: Expr, time: number): Window[] {
    switch (expr.kind) {
      case "paren":
        return this.windows(expr.expr, time);
      case "range":
        return this.#rangeWindows(expr, time);
      case "subquery":
        return this.#subqueryWindows(expr, time);
      default:
        throw new PromqlError("range vector expected");
    }
  }

  #rangeWindows({ selector, range }: RangeSelector, time: number): Window[] {
    const end = this.#at(selector, time);
    const start = end - range;
    const windows: Window[] = [];
    for (const { labels, times, values } of this.#series.get(selector) ?? []) {
      const first = lastAtOrBefore(times, start, true) + 1;
      const last = lastAtOrBefore(times, end);
      if (last < first) continue;
      windows.push({
        labels,
        times: slice(times, first, last),
        values: slice(values, first, last),
        start,
        end,
      });
    }
    return windows;
  }

  /** The inner expression at every multiple of the step within the range. */
  #subqueryWindows(subquery: Subquery, time: number): Window[] {
    const end = this.#at(subquery, time);
    const start = end - subquery.range;
    const step = subquery.step ?? defaultSubqueryStep;
    const windows = new Map<string, { labels: Labels; times: number[]; values: number[] }>();
    for (let at = Math.ceil(start / step) * step; at <= end; at += step) {
      for (const { labels, value } of this.#subqueryVector(subquery, at)) {
        const key = keyOf(labels);
        const window = windows.get(key) ?? { labels, times: [], values: [] };
        windows.set(key, window);
        window.times.push(at);
        window.values.push(value);
      }
    }
    return [...windows.values()].map((window) => ({ ...window, start, end }));
  }

  /** Windows overlap from step to step, so what was computed is kept. */
  #subqueryVector(subquery: Subquery, at: number): Vector {
    const known = this.#subqueries.get(subquery) ?? new Map<number, Vector>();
    this.#subqueries.set(subquery, known);
    let vector = known.get(at);
    if (vector === undefined) {
      vector = this.vector(subquery.expr, at);
      known.set(at, vector);
    }
    return vector;
  }

  #call(call: Call, time: number): Vector {
    const { name, args } = call;
    if (rangeFunctions.has(name)) return this.#rangeCall(call, time);
    if (numberFunctions.has(name)) return this.#numberCall(call, time);
    const [first] = args;
    const texts = () => args.slice(1).map((arg) => this.text(arg));
    const vector = () => (first ? this.vector(first, time) : []);
    switch (name) {
      case "vector":
        return [{ labels: {}, value: first ? this.scalar(first, time) : NaN }];
      case "absent":
        return vector().length > 0 ? [] : [{ labels: first ? absentLabels(first) : {}, value: 1 }];
      case "absent_over_time":
        return first && this.windows(first, time).length > 0
          ? []
          : [{ labels: first ? absentLabels(first) : {}, value: 1 }];
      case "timestamp":
        return assertUnique(
          vector().map(({ labels, time: sampleTime = time }) => ({
            labels: withoutName(labels),
            value: sampleTime / 1000,
          })),
        );
      case "sort":
        return sortValues(vector(), false);
      case "sort_desc":
        return sortValues(vector(), true);
      case "sort_by_label":
        return sortLabels(vector(), texts(), false);
      case "sort_by_label_desc":
        return sortLabels(vector(), texts(), true);
      case "label_replace":
        return labelReplace(vector(), texts());
      case "label_join":
        return labelJoin(vector(), texts());
      case "histogram_quantile":
        return histogramQuantile(
          first ? this.scalar(first, time) : NaN,
          args[1] ? this.vector(args[1], time) : [],
        );
      default:
        throw new PromqlError(`unknown function with name '${name}'`);
    }
  }

  #numberCall({ name, args: [first, ...rest] }: Call, time: number): Vector {
    const vector = first ? this.vector(first, time) : [{ labels: {}, value: time / 1000 }];
    return mapValues(
      name,
      vector,
      rest.map((arg) => this.scalar(arg, time)),
    );
  }

  #rangeCall({ name, args }: Call, time: number): Vector {
    const compute = rangeFunctions.get(name);
    const matrix = args.find((arg) => check(arg) === "matrix");
    if (!compute || !matrix) throw new PromqlError(`unknown function with name '${name}'`);
    const parameters = args.filter((arg) => arg !== matrix).map((arg) => this.scalar(arg, time));
    const elements: Element[] = [];
    for (const window of this.windows(matrix, time)) {
      const value = compute(window, parameters);
      if (value === undefined) continue;
      elements.push({ labels: keepsName.has(name) ? window.labels : withoutName(window.labels), value });
    }
    return assertUnique(elements);
  }

  #aggregation(aggregation: Aggregation, time: number): Vector {
    const { parameter, operator, expr } = aggregation;
    const given =
      parameter && (operator === "count_values" ? this.text(parameter) : this.scalar(parameter, time));
    return aggregate(aggregation, given, this.vector(expr, time));
  }

  #binary(binary: Binary, time: number): Vector {
    const { left, right, operator } = binary;
    if (check(left) === "scalar")
      return assertUnique(vectorScalar(binary, this.vector(right, time), this.scalar(left, time), true));
    if (check(right) === "scalar")
      return assertUnique(vectorScalar(binary, this.vector(left, time), this.scalar(right, time), false));
    const sides = [this.vector(left, time), this.vector(right, time)] as const;
    return operator === "and" || operator === "or" || operator === "unless"
      ? setOperation(binary, ...sides)
      : vectorBinary(binary, ...sides);
  }
}

/** Index of the last time that is not after `at` (with `before`, that is before it); -1 when there is none. */
function lastAtOrBefore(times: ArrayLike<number>, at: number, before = false): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const time = times[middle] ?? Infinity;
    if (before ? time < at : time <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function slice(values: ArrayLike<number>, first: number, last: number): number[] {
  const result = new Array<number>(last - first + 1);
  for (let index = first; index <= last; index++) result[index - first] = values[index] ?? NaN;
  return result;
}

/** The labels that a selector fixes, which is all that is known of what is not there. */
function absentLabels(expr: Expr): Labels {
  const selector = expr.kind === "range" ? expr.selector : expr;
  if (selector.kind !== "selector") return {};
  const equal = selector.matchers.filter(({ label, operator }) => operator === "=" && label !== metricName);
  const counted = (name: string) => selector.matchers.filter(({ label }) => label === name).length;
  return Object.fromEntries(
    equal
      .filter(({ label, value }) => counted(label) === 1 && value !== "")
      .map(({ label, value }) => [label, value]),
  );
}
