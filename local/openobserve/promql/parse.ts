import { parser } from "@prometheus-io/lezer-promql";
import { type Expr, type Matching, type Selector } from "./ast.js";
import { parseDuration } from "./duration.js";
import { PromqlError, UnsupportedPromql } from "./error.js";
import { metricName } from "./labels.js";
import { compile, type Matcher, type MatchOperator } from "./matcher.js";
import { check } from "./check.js";

type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];

/**
 * Parses and type-checks PromQL.
 * @throws PromqlError with a message in the manner of the server's parser
 */
export function parsePromql(text: string): Expr {
  const source = withPresentNames(text);
  if (source.trim() === "") throw new PromqlError("no expression found in input");
  const { topNode } = parser.parse(source);
  assertNoError(topNode, source);
  const [root] = children(topNode);
  if (!root) throw new PromqlError("no expression found in input");
  const expr = new Builder(source).expr(root);
  check(expr);
  return expr;
}

/** The grammar is that of the newest Prometheus, which has renamed a function that servers still know. */
const withPresentNames = (source: string) =>
  source.replace(/\bholt_winters(?=\s*\()/g, "double_exponential_smoothing");

function assertNoError(top: SyntaxNode, source: string): void {
  let found: SyntaxNode | undefined;
  top.tree?.iterate({
    enter: (node) => {
      if (node.type.isError) found ??= node.node;
    },
  });
  if (!found) return;
  const call = /([a-zA-Z_]\w*)\s*\($/.exec(
    source.slice(0, found.from).trimEnd() + (source[found.from] === "(" ? "(" : ""),
  );
  if (call && source[found.from] === "(")
    throw new PromqlError(`unknown function with name '${call[1] ?? ""}'`);
  throw new PromqlError(unclosed(source) ?? `parse error: unexpected input at position ${found.from}`);
}

/** The bracket that is never closed, which is what most half-written expressions suffer from. */
function unclosed(source: string): string | undefined {
  const text = source.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/g, "");
  const open: string[] = [];
  for (const character of text) {
    if ("([{".includes(character)) open.push(character);
    else if (")]}".includes(character) && open.pop() === undefined) {
      return character === ")" ? "unexpected right parenthesis ')'" : `unexpected '${character}'`;
    }
  }
  const names: Readonly<Record<string, string>> = { "(": "parenthesis", "[": "bracket", "{": "brace" };
  const last = open.at(-1);
  return last === undefined ? undefined : `unclosed left ${names[last] ?? ""}`;
}

function children(node: SyntaxNode): SyntaxNode[] {
  const list: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) list.push(child);
  return list;
}

const setOperators = new Set(["and", "or", "unless"]);

class Builder {
  constructor(private readonly source: string) {}

  expr(node: SyntaxNode): Expr {
    switch (node.name) {
      case "NumberDurationLiteral":
        return { kind: "number", value: numberOf(this.#text(node)) };
      case "StringLiteral":
        return { kind: "string", value: unquote(this.#text(node)) };
      case "ParenExpr":
        return { kind: "paren", expr: this.#only(node) };
      case "VectorSelector":
        return this.#selector(node);
      case "MatrixSelector":
        return this.#range(node);
      case "SubqueryExpr":
        return this.#subquery(node);
      case "OffsetExpr":
        return this.#shifted(node, { offset: this.#offset(node) });
      case "StepInvariantExpr":
        return this.#shifted(node, { at: this.#at(node) });
      case "FunctionCall":
        return this.#call(node);
      case "AggregateExpr":
        return this.#aggregation(node);
      case "BinaryExpr":
        return this.#binary(node);
      case "UnaryExpr":
        return this.#unary(node);
      default:
        throw new UnsupportedPromql(node.name);
    }
  }

  #text(node: SyntaxNode): string {
    return this.source.slice(node.from, node.to);
  }

  #only(node: SyntaxNode): Expr {
    const [child] = children(node);
    if (!child) throw new PromqlError("no expression found in input");
    return this.expr(child);
  }

  #selector(node: SyntaxNode): Selector {
    const identifier = node.getChild("Identifier");
    const name = identifier ? this.#text(identifier) : undefined;
    const list = node.getChild("LabelMatchers");
    const matchers = list ? children(list).flatMap((child) => this.#matcher(child)) : [];
    const named: Matcher[] = name === undefined ? [] : [{ label: metricName, operator: "=", value: name }];
    return {
      kind: "selector",
      matchers: [...named, ...matchers],
      offset: 0,
      ...(name !== undefined && { name }),
    };
  }

  #matcher(node: SyntaxNode): Matcher[] {
    const parts = children(node);
    switch (node.name) {
      case "QuotedLabelName":
        return [{ label: metricName, operator: "=", value: unquote(this.#text(node)) }];
      case "UnquotedLabelMatcher":
      case "QuotedLabelMatcher": {
        const [label, operator, value] = parts.map((part) => this.#text(part));
        const matcher = {
          label: node.name === "QuotedLabelMatcher" ? unquote(label ?? "") : (label ?? ""),
          operator: operator as MatchOperator,
          value: unquote(value ?? '""'),
        };
        if (matcher.operator === "=~" || matcher.operator === "!~") compile(matcher.value);
        return [matcher];
      }
      default:
        return [];
    }
  }

  #range(node: SyntaxNode): Expr {
    const [inner, duration] = children(node);
    const selector = inner && this.expr(inner);
    if (selector?.kind !== "selector") throw new PromqlError("ranges only allowed for vector selectors");
    return { kind: "range", selector, range: this.#duration(duration) };
  }

  #subquery(node: SyntaxNode): Expr {
    const [inner, range, step] = children(node);
    if (!inner) throw new PromqlError("no expression found in input");
    return {
      kind: "subquery",
      expr: this.expr(inner),
      range: this.#duration(range),
      offset: 0,
      ...(step && { step: this.#duration(step) }),
    };
  }

  #duration(node: SyntaxNode | undefined | null): number {
    if (!node) throw new PromqlError("missing duration");
    const text = this.#text(node).trim();
    const negative = text.startsWith("-");
    const millis = parseDuration(text.replace(/^[-+]\s*/, ""));
    return negative ? -millis : millis;
  }

  #offset(node: SyntaxNode): number {
    return this.#duration(node.getChild("OffsetDurationExpr"));
  }

  #at(node: SyntaxNode): number | "start" | "end" {
    const preprocessor = node.getChild("AtModifierPreprocessors");
    if (preprocessor) return this.#text(preprocessor).startsWith("start") ? "start" : "end";
    const literals = node.getChildren("NumberDurationLiteral");
    const literal = literals.at(-1);
    return numberOf(literal ? this.#text(literal) : "") * 1000;
  }

  #shifted(node: SyntaxNode, shift: { offset?: number; at?: number | "start" | "end" }): Expr {
    const inner = this.#only(node);
    if (inner.kind === "selector" || inner.kind === "subquery") return { ...inner, ...shift };
    if (inner.kind === "range") return { ...inner, selector: { ...inner.selector, ...shift } };
    const what = shift.at === undefined ? "offset modifier" : "@ modifier";
    throw new PromqlError(
      `${what} must be preceded by an instant vector selector or range vector selector or a subquery`,
    );
  }

  #call(node: SyntaxNode): Expr {
    const [identifier, body] = children(node);
    const name = identifier ? this.#text(identifier) : "";
    return { kind: "call", name, args: body ? children(body).map((child) => this.expr(child)) : [] };
  }

  #aggregation(node: SyntaxNode): Expr {
    const [operator] = children(node);
    const modifier = node.getChild("AggregateModifier");
    const body = node.getChild("FunctionCallBody");
    const args = body ? children(body).map((child) => this.expr(child)) : [];
    const [first, second] = args;
    const expr = second ?? first;
    if (!expr || args.length > 2)
      throw new PromqlError("wrong number of arguments for aggregate expression provided");
    return {
      kind: "aggregation",
      operator: operator ? this.#text(operator).toLowerCase() : "",
      expr,
      ...(second && first && { parameter: first }),
      without: modifier !== null && this.#text(modifier).toLowerCase().startsWith("without"),
      labels: modifier ? this.#labels(modifier.getChild("GroupingLabels")) : [],
      grouped: modifier !== null,
    };
  }

  #labels(node: SyntaxNode | null): string[] {
    if (!node) return [];
    return children(node).flatMap((child) => {
      const text = this.#text(child);
      if (child.name === "LabelName") return [text];
      return child.name === "QuotedLabelName" ? [unquote(text)] : [];
    });
  }

  #binary(node: SyntaxNode): Expr {
    const parts = children(node);
    const [left, right] = [parts[0], parts.at(-1)];
    const operatorNode = parts[1];
    if (!left || !right || !operatorNode) throw new PromqlError("incomplete binary expression");
    if (node.getChild("FillModifier")) throw new UnsupportedPromql("fill modifiers");
    const operator = this.#text(operatorNode).toLowerCase();
    const clause = node.getChild("MatchingModifierClause");
    const matching = clause ? this.#matching(clause) : undefined;
    const [leftExpr, rightExpr] = [this.expr(left), this.expr(right)];
    const bool = node.getChild("BoolModifier") !== null;
    // The grammar reads the sign as part of the number, but a power binds closer than a sign.
    if (operator === "^" && leftExpr.kind === "number" && /^[-+]/.test(this.#text(left))) {
      const base = { kind: "number", value: Math.abs(leftExpr.value) } as const;
      const power: Expr = { kind: "binary", operator, left: base, right: rightExpr, bool };
      return this.#text(left).startsWith("-") ? { kind: "unary", operator: "-", expr: power } : power;
    }
    if (setOperators.has(operator) && matching && matching.cardinality !== "one-to-one") {
      throw new PromqlError(`no grouping allowed for "${operator}" operation`);
    }
    return {
      kind: "binary",
      operator,
      left: leftExpr,
      right: rightExpr,
      bool,
      ...(matching && { matching }),
    };
  }

  #matching(node: SyntaxNode): Matching {
    const lists = node.getChildren("GroupingLabels").map((list) => this.#labels(list));
    const cardinality = node.getChild("GroupLeft")
      ? "many-to-one"
      : node.getChild("GroupRight")
        ? "one-to-many"
        : "one-to-one";
    return { on: node.getChild("On") !== null, labels: lists[0] ?? [], cardinality, include: lists[1] ?? [] };
  }

  #unary(node: SyntaxNode): Expr {
    const [operator, operand] = children(node);
    if (!operator || !operand) throw new PromqlError("incomplete unary expression");
    return { kind: "unary", operator: this.#text(operator) === "-" ? "-" : "+", expr: this.expr(operand) };
  }
}

function numberOf(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]\s*/, "").toLowerCase();
  if (digits === "inf" || digits === "infinity") return sign * Infinity;
  if (digits === "nan") return NaN;
  const number = Number(digits.replaceAll("_", ""));
  return sign * (Number.isNaN(number) ? parseDuration(digits) / 1000 : number);
}

function unquote(text: string): string {
  const quote = text[0];
  const inner = text.slice(1, -1);
  if (quote === "`") return inner;
  return inner.replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])/g, (_, escape: string) => {
    if (/^[ux]../.test(escape)) return String.fromCharCode(parseInt(escape.slice(1), 16));
    const named: Readonly<Record<string, string>> = {
      n: "\n",
      t: "\t",
      r: "\r",
      b: "\b",
      f: "\f",
      v: "\v",
      a: "\u0007",
    };
    return named[escape] ?? escape;
  });
}
