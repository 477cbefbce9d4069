import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../policy/rules.js";

describe("docs/policy.md", () => {
  it("has a row for every rule, in the pack's order, and for nothing else", () => {
    const page = readFileSync(join(__dirname, "..", "..", "docs", "policy.md"), "utf8");
    const rows = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map(([, name]) => name);
    expect(rows).toEqual(rules.map(({ name }) => name));
  });
});
