import { type Expr, type Matching, type Selector, type TimeShift } from "./ast.js";
import { formatDuration } from "./duration.js";
import { metricName } from "./labels.js";
import { formatValue } from "./value.js";

/** An expression in one line, in the spacing of Prometheus' formatter. */
export function printPromql(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return formatValue(expr.value);
    case "string":
      return JSON.stringify(expr.value);
    case "paren":
      return `(${printPromql(expr.expr)})`;
    case "unary":
      return `${expr.operator}${printPromql(expr.expr)}`;
    case "selector":
      return `${printSelector(expr)}${printShift(expr)}`;
    case "range":
      return `${printSelector(expr.selector)}[${formatDuration(expr.range)}]${printShift(expr.selector)}`;
    case "subquery": {
      const step = expr.step === undefined ? "" : formatDuration(expr.step);
      return `${printPromql(expr.expr)}[${formatDuration(expr.range)}:${step}]${printShift(expr)}`;
    }
    case "call":
      return `${expr.name}(${expr.args.map(printPromql).join(", ")})`;
    case "aggregation": {
      const grouping = expr.grouped ? ` ${expr.without ? "without" : "by"} (${expr.labels.join(", ")}) ` : "";
      const args = [...(expr.parameter ? [expr.parameter] : []), expr.expr];
      return `${expr.operator}${grouping}(${args.map(printPromql).join(", ")})`;
    }
    case "binary": {
      const modifiers = `${expr.bool ? " bool" : ""}${expr.matching ? printMatching(expr.matching) : ""}`;
      return `${printPromql(expr.left)} ${expr.operator}${modifiers} ${printPromql(expr.right)}`;
    }
  }
}

function printSelector({ name, matchers }: Selector): string {
  const shown = matchers.filter(({ label, operator, value }) => {
    return !(label === metricName && operator === "=" && value === name);
  });
  const list = shown
    .map(({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`)
    .join(",");
  return `${name ?? ""}${list === "" && name !== undefined ? "" : `{${list}}`}`;
}

function printShift({ offset, at }: TimeShift): string {
  const fixed =
    at === undefined ? "" : typeof at === "number" ? ` @ ${(at / 1000).toFixed(3)}` : ` @ ${at}()`;
  if (offset === 0) return fixed;
  return `${fixed} offset ${offset < 0 ? "-" : ""}${formatDuration(Math.abs(offset))}`;
}

function printMatching({ on, labels, cardinality, include }: Matching): string {
  const matching = ` ${on ? "on" : "ignoring"} (${labels.join(", ")})`;
  if (cardinality === "one-to-one") return on || labels.length > 0 ? matching : "";
  const side = cardinality === "many-to-one" ? "group_left" : "group_right";
  return `${matching} ${side} (${include.join(", ")})`;
}
