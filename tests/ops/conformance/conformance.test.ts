import { conformance, junit, table } from "../../../ops/conformance/index.js";
import { onEveryServer, unique } from "../../providers/servers.js";

jest.setTimeout(120_000);

onEveryServer("Every kind of resource", (on) => {
  it("lives from create to re-create, and nothing fails", async () => {
    const steps = await conformance(on().server, unique("conf").replaceAll("_", ""));
    expect(steps.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(new Set(steps.map(({ kind }) => kind)).size).toBe(9);
    const left = (await on().server.functions.list()).filter(({ name }) => name.startsWith("conf"));
    expect(left).toEqual([]);
  });
});

describe("The report of a run", () => {
  const steps = [
    { kind: "Stream", step: "create", seconds: 0.5 },
    { kind: "Stream", step: "no-op", seconds: 0.1, failure: 'differs in "fields" & <index>' },
  ];

  it("counts what passed and says what failed", () => {
    expect(table(steps)).toContain("FAILED: differs in");
    expect(table(steps)).toMatch(/1 passed, 1 failed$/);
  });

  it("is well-formed JUnit whatever a failure says", () => {
    expect(junit("http://s", steps)).toContain('message="differs in &quot;fields&quot; &amp; &lt;index&gt;"');
  });
});
