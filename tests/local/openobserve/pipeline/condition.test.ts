import { type Conditions, matches } from "../../../../local/openobserve/pipeline/condition.js";

const second = (...items: readonly Record<string, unknown>[]): Conditions =>
  ({
    version: 2,
    conditions: {
      filterType: "group",
      logicalOperator: "AND",
      conditions: items.map((item) => ({ filterType: "condition", ...item })),
    },
  }) as unknown as Conditions;

const is = (column: string, operator: string, value: unknown, logicalOperator = "AND") => ({
  column,
  operator,
  value,
  logicalOperator,
});

describe("A condition", () => {
  it.each(["=", "!=", ">", "<", "NotContains"])(
    "on a missing column never holds, not even with %s",
    (operator) => {
      expect(matches(second(is("missing", operator, "x")), { level: "info" })).toBe(false);
      expect(matches([is("missing", operator, "x")] as unknown as Conditions, {})).toBe(false);
    },
  );

  it("matches a boolean whether the value is written as boolean or as text", () => {
    for (const value of [true, "true"]) {
      expect(matches(second(is("pii_masked", "=", value)), { pii_masked: true })).toBe(true);
      expect(matches(second(is("pii_masked", "=", value)), { pii_masked: false })).toBe(false);
      expect(matches(second(is("pii_masked", "!=", value)), { pii_masked: false })).toBe(true);
    }
    expect(matches(second(is("pii_masked", "=", "true")), { pii_masked: "true" })).toBe(true);
  });

  it("compares numbers as numbers, given as number or text", () => {
    expect(matches(second(is("n", ">", "9")), { n: 10 })).toBe(true);
    expect(matches(second(is("n", ">", 9)), { n: 10 })).toBe(true);
    expect(matches(second(is("n", "=", "no number")), { n: 0 })).toBe(true);
  });

  it("compares text as text", () => {
    expect(matches(second(is("n", ">", "9")), { n: "10" })).toBe(false);
    expect(matches(second(is("m", "Contains", "err")), { m: "an error" })).toBe(true);
    expect(matches(second(is("m", "NotContains", "err")), { m: "an error" })).toBe(false);
  });

  it("ignores case only in the second version", () => {
    const condition = { ...is("level", "=", "ERROR"), ignore_case: true };
    expect(matches(second(condition), { level: "error" })).toBe(true);
    expect(matches({ and: [condition] } as unknown as Conditions, { level: "error" })).toBe(false);
  });

  it("of the second version binds AND closer than OR, whose operator stands before its item", () => {
    const conditions = second(is("a", "=", 1), is("b", "=", 1, "OR"), is("c", "=", 1, "AND"));
    expect(matches(conditions, { a: 1, b: 0, c: 0 })).toBe(true);
    expect(matches(conditions, { a: 0, b: 1, c: 1 })).toBe(true);
    expect(matches(conditions, { a: 0, b: 1, c: 0 })).toBe(false);
  });

  it("of the second version holds for everything when it is empty", () => {
    expect(matches(second(), {})).toBe(true);
  });

  it("of the first version is a tree, and a list means all", () => {
    const tree = { or: [{ and: [is("a", "=", "1"), is("b", "=", "2")] }, { not: is("c", "=", "3") }] };
    expect(matches(tree as unknown as Conditions, { a: "1", b: "2", c: "3" })).toBe(true);
    expect(matches(tree as unknown as Conditions, { a: "1", b: "0", c: "3" })).toBe(false);
    expect(matches(tree as unknown as Conditions, { c: "0" })).toBe(true);
    const list = [is("a", "=", "1"), is("b", "=", "2")] as unknown as Conditions;
    expect(matches(list, { a: "1", b: "2" })).toBe(true);
    expect(matches(list, { a: "1" })).toBe(false);
  });
});
