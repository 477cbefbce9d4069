import { rules } from "../../policy/rules.js";
import { resourcesOf, type Stack, verdict } from "./support.js";

jest.setTimeout(120_000);

describe.each(["local", "dev", "prod"])("the committed stack %s", (name) => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await resourcesOf(name);
  });

  it("registers what the rules are about", () => {
    const kinds = new Set(stack.resources.map(({ type }) => type.split(":").at(-1)));
    const expected = {
      local: ["Stream", "Pipeline", "Alert"],
      dev: ["Stream", "Pipeline", "Alert", "Container"],
      prod: [
        "Stream",
        "Pipeline",
        "Alert",
        "Deployment",
        "StatefulSet",
        "CronJob",
        "NetworkPolicy",
        "Ingress",
      ],
    };
    for (const kind of expected[name as keyof typeof expected]) expect(kinds).toContain(kind);
    expect(stack.facts.production).toBe(name === "prod");
  });

  it.each(rules.map((rule) => [rule.name, rule] as const))("obeys %s", (_, rule) => {
    expect(verdict(rule, stack.resources, stack.facts)).toEqual([]);
  });
});

describe("the rules", () => {
  it("have names of their own, and say what to do", () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    for (const { description, cure } of rules) {
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(cure).toMatch(/^[A-Z].*\.$/);
    }
  });
});
