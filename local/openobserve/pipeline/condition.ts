import { type JsonObject, type JsonValue } from "../ingest/json.js";

/** Conditions of pipelines and of alerts, in the three forms that the API takes. */

export type Operator =
  "=" | "!=" | ">" | ">=" | "<" | "<=" | "Contains" | "NotContains" | "contains" | "not_contains";

export interface Comparison {
  readonly column: string;
  readonly operator: Operator;
  readonly value: JsonValue;
  readonly ignore_case?: boolean | null;
}

/** First version: a tree; a bare array means that all must hold. */
export type ConditionTree =
  | { readonly or: readonly ConditionTree[] }
  | { readonly and: readonly ConditionTree[] }
  | { readonly not: ConditionTree }
  | readonly Comparison[]
  | Comparison;

/** Second version: groups of items; `logicalOperator` stands before its item, AND binds closer than OR. */
export type ConditionItem =
  | (Comparison & { readonly filterType: "condition"; readonly logicalOperator?: "AND" | "OR" })
  | ConditionGroup;
export interface ConditionGroup {
  readonly filterType: "group";
  readonly logicalOperator?: "AND" | "OR";
  readonly conditions: readonly ConditionItem[];
}

export type Conditions =
  ConditionTree | ConditionGroup | { readonly version: number; readonly conditions: ConditionGroup };

/** Whether a flattened record meets the conditions. One on a column that the record lacks never holds, whatever its operator. */
export function matches(conditions: Conditions, record: JsonObject): boolean {
  if (isComparisons(conditions)) return conditions.every((comparison) => holds(comparison, record, 1));
  if ("version" in conditions) return matches(conditions.conditions, record);
  if ("filterType" in conditions) return groupHolds(conditions, record);
  if ("or" in conditions) return conditions.or.some((inner) => matches(inner, record));
  if ("and" in conditions) return conditions.and.every((inner) => matches(inner, record));
  if ("not" in conditions) return !matches(conditions.not, record);
  return holds(conditions, record, 1);
}

const isComparisons = (conditions: Conditions): conditions is readonly Comparison[] =>
  Array.isArray(conditions);

function groupHolds({ conditions }: ConditionGroup, record: JsonObject): boolean {
  if (conditions.length === 0) return true;
  // Runs of items joined by AND, of which one suffices.
  const alternatives: boolean[] = [];
  conditions.forEach((item, index) => {
    const holding = item.filterType === "group" ? groupHolds(item, record) : holds(item, record, 2);
    if (index > 0 && item.logicalOperator !== "OR")
      alternatives.push((alternatives.pop() ?? true) && holding);
    else alternatives.push(holding);
  });
  return alternatives.some(Boolean);
}

function holds(comparison: Comparison, record: JsonObject, version: 1 | 2): boolean {
  const actual = record[comparison.column];
  switch (typeof actual) {
    case "string":
      return textHolds(actual, comparison, version);
    case "number":
    case "bigint":
      return compare(Number(actual), comparison.operator, numberOf(comparison.value));
    case "boolean":
      return compareBooleans(actual, comparison);
    default:
      // Only the first version can ask for null, by its name.
      return actual === null && version === 1 && comparison.operator === "=" && comparison.value === "null";
  }
}

function textHolds(actual: string, { operator, value, ignore_case }: Comparison, version: 1 | 2): boolean {
  const expected = typeof value === "string" ? (version === 1 ? value.replace(/^"+|"+$/g, "") : value) : "";
  const fold = version === 2 && ignore_case === true;
  const [left, right] = fold ? [actual.toLowerCase(), expected.toLowerCase()] : [actual, expected];
  switch (operator) {
    case "Contains":
    case "contains":
      return left.includes(right);
    case "NotContains":
    case "not_contains":
      return !left.includes(right);
    default:
      return compare(left, operator, right);
  }
}

function compareBooleans(actual: boolean, { operator, value }: Comparison): boolean {
  const expected = value === true || value === "true";
  if (operator === "=") return actual === expected;
  return operator === "!=" && actual !== expected;
}

/** Text that is no number counts as 0. */
function numberOf(value: JsonValue): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : 0;
  return Number.isNaN(number) ? 0 : number;
}

export function compare<T extends string | number>(left: T, operator: string, right: T): boolean {
  switch (operator) {
    case "=":
      return left === right;
    case "!=":
      return left !== right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    default:
      return false;
  }
}
