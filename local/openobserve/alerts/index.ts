/** When alerts are evaluated and fire, as pure rules over injected queries and an injected clock. */
export { emptyQueryCondition } from "../conditions/query.js";
export { CustomQueryError, customSql } from "./custom-sql.js";
export {
  type AlertQueries,
  type EvaluatedAlert,
  evaluateAlert,
  firesAtOnce,
  UnsupportedAlert,
} from "./evaluate.js";
export {
  type AlertRow,
  countMeets,
  nextEvaluation,
  promqlOf,
  promqlRows,
  promqlStep,
  rowLimit,
  type TimeWindow,
  windowOf,
} from "./rules.js";
export { type Firing, runAlert } from "./timeline.js";
