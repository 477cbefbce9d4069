import {
  anything,
  array,
  boolean,
  type Decoded,
  type Decoder,
  i64,
  map,
  optional,
  string,
  struct,
  variant,
  withDefault,
} from "../serde/decoder.js";

/** What an alert or a scheduled pipeline asks, and when. */

const nullable = <T>(decoder: Decoder<T>): Decoder<T | null> =>
  map(optional(decoder), (value) => value ?? null);

const operators = ["=", "!=", ">", ">=", "<", "<=", "Contains", "NotContains"] as const;
export const operator = variant(...operators);
export type Operator = Decoded<typeof operator>;

const condition = struct("struct Condition", {
  column: string,
  operator,
  value: anything,
  ignore_case: withDefault(boolean, () => false),
});

const aggregation = struct("struct Aggregation", {
  group_by: map(optional(array(string)), (names) => names ?? null),
  function: variant("avg", "min", "max", "sum", "count", "median", "p50", "p75", "p90", "p95", "p99"),
  having: condition,
});

export const queryTypes = ["custom", "sql", "promql"] as const;

/** The keys in the order in which the server answers them; what is absent comes back as null. */
export const queryCondition = struct("struct QueryCondition", {
  type: withDefault(variant(...queryTypes), () => "custom" as const),
  conditions: map<unknown, unknown>(optional(anything), (value) => value ?? null),
  sql: nullable(string),
  promql: nullable(string),
  promql_condition: nullable(condition),
  aggregation: nullable(aggregation),
  vrl_function: nullable(string),
  search_event_type: nullable(string),
  multi_time_range: nullable(array(anything)),
});

export type QueryCondition = Decoded<typeof queryCondition>;

export const emptyQueryCondition: QueryCondition = {
  type: "custom",
  conditions: null,
  sql: null,
  promql: null,
  promql_condition: null,
  aggregation: null,
  vrl_function: null,
  search_event_type: null,
  multi_time_range: null,
};

export const triggerCondition = struct("struct TriggerCondition", {
  /** Minutes. */
  period: i64,
  operator: withDefault(operator, () => "=" as const),
  threshold: withDefault(i64, () => 0),
  /** Minutes. */
  frequency: withDefault(i64, () => 0),
  cron: withDefault(string, () => ""),
  frequency_type: withDefault(variant("cron", "minutes"), () => "minutes" as const),
  /** Minutes. */
  silence: withDefault(i64, () => 0),
  timezone: optional(string),
  tolerance_in_secs: nullable(i64),
  align_time: withDefault(boolean, () => true),
});

export type TriggerCondition = Decoded<typeof triggerCondition>;
