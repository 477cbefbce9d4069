import { type Expr, type Selector, type TimeShift } from "./ast.js";
import { type Selection } from "./source.js";

/** Milliseconds that an instant selector looks back for a sample. */
export const defaultLookback = 5 * 60_000;

/** Milliseconds between the steps of a subquery that names none. */
export const defaultSubqueryStep = 60_000;

export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

/** Times that a shifted expression is looked at when it is evaluated over a range of times. */
export function shiftedRange({ offset, at }: TimeShift, range: TimeRange, whole: TimeRange): TimeRange {
  const fixed = at === undefined ? undefined : fixedTime(at, whole);
  return fixed === undefined
    ? { start: range.start - offset, end: range.end - offset }
    : { start: fixed - offset, end: fixed - offset };
}

export const fixedTime = (at: number | "start" | "end", whole: TimeRange): number =>
  at === "start" ? whole.start : at === "end" ? whole.end : at;

/** What every selector of an expression will ask of its source when it is evaluated over a range of times. */
export function selectionsOf(
  expr: Expr,
  whole: TimeRange,
  lookback = defaultLookback,
): ReadonlyMap<Selector, Selection> {
  const selections = new Map<Selector, Selection>();
  const add = (selector: Selector, range: TimeRange, back: number): void => {
    const { start, end } = shiftedRange(selector, range, whole);
    selections.set(selector, { matchers: selector.matchers, from: start - back, to: end });
  };
  const visit = (node: Expr, range: TimeRange): void => {
    switch (node.kind) {
      case "selector":
        add(node, range, lookback);
        break;
      case "range":
        add(node.selector, range, node.range);
        break;
      case "subquery": {
        const { start, end } = shiftedRange(node, range, whole);
        visit(node.expr, { start: start - node.range, end });
        break;
      }
      case "paren":
      case "unary":
        visit(node.expr, range);
        break;
      case "call":
        for (const arg of node.args) visit(arg, range);
        break;
      case "aggregation":
        if (node.parameter) visit(node.parameter, range);
        visit(node.expr, range);
        break;
      case "binary":
        visit(node.left, range);
        visit(node.right, range);
        break;
      default:
    }
  };
  visit(expr, whole);
  return selections;
}
