/**
 * PromQL as a pure evaluator: parse, ask `selectionsOf` which series are needed, put them behind a
 * `SeriesSource`, evaluate. Nothing here reads a clock or waits for anything.
 */
export type { Expr, Selector } from "./ast.js";
export { formatDuration, parseDuration } from "./duration.js";
export { PromqlError, UnsupportedPromql } from "./error.js";
export {
  evaluateInstant,
  evaluateRange,
  type EvaluationOptions,
  type InstantResult,
  type ResultSeries,
} from "./evaluate.js";
export { keyOf, type Labels, metricName } from "./labels.js";
export { type Anchoring, type Matcher, matcherFor } from "./matcher.js";
export { parsePromql } from "./parse.js";
export { printPromql } from "./print.js";
export { defaultLookback, selectionsOf, type TimeRange } from "./selections.js";
export { memorySource, type Selection, type Series, type SeriesSource } from "./source.js";
export { formatValue, type Element, type Vector } from "./value.js";
