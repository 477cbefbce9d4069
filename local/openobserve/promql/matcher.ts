import { PromqlError } from "./error.js";
import { type Labels } from "./labels.js";

export type MatchOperator = "=" | "!=" | "=~" | "!~";

export interface Matcher {
  readonly label: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

/**
 * How a regular expression is made to match the whole value. Prometheus puts it into a group; some servers do
 * not, and then `a|b` means "begins with a, or ends with b".
 */
export type Anchoring = "group" | "bare";

/** Whether labels meet all matchers. A missing label counts as empty. */
export function matcherFor(
  matchers: readonly Matcher[],
  anchoring: Anchoring = "group",
): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ label: matcher.label, test: testOf(matcher, anchoring) }));
  return (labels) => tests.every(({ label, test }) => test(labels[label] ?? ""));
}

function testOf({ operator, value }: Matcher, anchoring: Anchoring): (actual: string) => boolean {
  switch (operator) {
    case "=":
      return (actual) => actual === value;
    case "!=":
      return (actual) => actual !== value;
    case "=~": {
      const expression = compile(value, anchoring);
      return (actual) => expression.test(actual);
    }
    case "!~": {
      const expression = compile(value, anchoring);
      return (actual) => !expression.test(actual);
    }
  }
}

/**
 * A regular expression in Go's syntax that must match the whole text.
 * @throws PromqlError when it is none
 */
export function compile(source: string, anchoring: Anchoring = "group"): RegExp {
  const [, flags = "", rest = source] = /^\(\?([imsU]+)\)([\s\S]*)$/.exec(source) ?? [];
  const translated = rest.replaceAll("(?P<", "(?<").replaceAll("\\z", "$").replaceAll("\\A", "^");
  try {
    const anchored = anchoring === "group" ? `^(?:${translated})$` : `^${translated}$`;
    return new RegExp(anchored, `s${flags.replace(/[sU]/g, "")}`);
  } catch (error) {
    throw new PromqlError(`error parsing regexp: ${error instanceof Error ? error.message : String(error)}`);
  }
}
