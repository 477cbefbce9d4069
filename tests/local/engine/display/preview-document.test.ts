import { previewDocument } from "@o2cqrs/local-engine";

import { ThingProject } from "../support/things.js";

jest.setTimeout(120_000);

test("a preview as JSON lists each step with its old and new state and why, without secrets", async () => {
  const project = new ThingProject();
  try {
    await project.up(`new Thing("a", { r: 1, pw: pulumi.secret("hush") }); new Thing("gone", {})`);
    project.program(
      `const a = new Thing("a", { r: 2, pw: pulumi.secret("hush") }); new Thing("b", { link: a.id }); pulumi.log.warn("careful")`,
    );
    const document = previewDocument((await project.run("preview")).result);
    expect(document.changeSummary).toEqual({ same: 1, create: 1, replace: 1, delete: 1 });
    expect(document.steps.map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`)).toEqual(
      expect.arrayContaining([
        "same things-dev",
        "create-replacement a",
        "replace a",
        "create b",
        "delete-replaced a",
        "delete gone",
      ]),
    );
    expect(document.steps.find(({ op }) => op === "replace")).toMatchObject({
      oldState: { id: "a-1", inputs: { r: 1, pw: "[secret]" } },
      newState: { inputs: { r: 2, pw: "[secret]" } },
      diffReasons: ["r"],
      replaceReasons: ["r"],
      detailedDiff: { r: { kind: "update-replace", inputDiff: true } },
    });
    expect(document.steps.find(({ op }) => op === "create")?.newState?.inputs).toMatchObject({
      link: "[unknown]",
    });
    expect(document.diagnostics).toEqual([{ severity: "warning", message: "careful" }]);
    expect(JSON.stringify(document)).not.toContain("hush");
  } finally {
    project.remove();
  }
});
