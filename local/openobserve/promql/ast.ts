import { type Matcher } from "./matcher.js";

/** Parsed PromQL. Durations and times are milliseconds. */
export type Expr =
  | NumberLiteral
  | StringLiteral
  | Selector
  | RangeSelector
  | Subquery
  | Call
  | Aggregation
  | Binary
  | Unary
  | Paren;

export interface NumberLiteral {
  readonly kind: "number";
  readonly value: number;
}

export interface StringLiteral {
  readonly kind: "string";
  readonly value: string;
}

/** Where on the time axis an expression is looked at instead of the time of evaluation. */
export interface TimeShift {
  readonly offset: number;
  readonly at?: number | "start" | "end";
}

export interface Selector extends TimeShift {
  readonly kind: "selector";
  /** The matcher for the name included. */
  readonly matchers: readonly Matcher[];
  /** As written before the braces. */
  readonly name?: string;
}

export interface RangeSelector {
  readonly kind: "range";
  readonly selector: Selector;
  readonly range: number;
}

export interface Subquery extends TimeShift {
  readonly kind: "subquery";
  readonly expr: Expr;
  readonly range: number;
  /** Undefined for the default interval. */
  readonly step?: number;
}

export interface Call {
  readonly kind: "call";
  readonly name: string;
  readonly args: readonly Expr[];
}

export interface Aggregation {
  readonly kind: "aggregation";
  readonly operator: string;
  readonly parameter?: Expr;
  readonly expr: Expr;
  readonly without: boolean;
  readonly labels: readonly string[];
  /** Whether a `by` or `without` is written, which only the printer asks. */
  readonly grouped: boolean;
}

export interface Matching {
  readonly on: boolean;
  readonly labels: readonly string[];
  readonly cardinality: "one-to-one" | "many-to-one" | "one-to-many";
  readonly include: readonly string[];
}

export interface Binary {
  readonly kind: "binary";
  readonly operator: string;
  readonly left: Expr;
  readonly right: Expr;
  readonly bool: boolean;
  readonly matching?: Matching;
}

export interface Unary {
  readonly kind: "unary";
  readonly operator: "+" | "-";
  readonly expr: Expr;
}

export interface Paren {
  readonly kind: "paren";
  readonly expr: Expr;
}

export type ValueType = "scalar" | "string" | "vector" | "matrix";
