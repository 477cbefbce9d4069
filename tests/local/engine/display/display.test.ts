import { createDisplay, type EngineEvent, Secret, type StepDescription, Unknown } from "@o2cqrs/local-engine";

import { duration, summaryLines } from "../../../../local/engine/display/words.js";

const urn = (type: string, name: string): string => `urn:pulumi:dev::shop::${type}::${name}`;

function step(fields: Partial<StepDescription>): StepDescription {
  return {
    operation: "create",
    urn: urn("shop:Thing", "a"),
    type: "shop:Thing",
    name: "a",
    id: "",
    diff: {},
    replaceKeys: [],
    oldInputs: undefined,
    newInputs: undefined,
    changedOptions: [],
    ...fields,
  };
}

function shown(
  events: readonly EngineEvent[],
  options: { isTTY?: boolean; colors?: boolean; diff?: boolean } = {},
): string {
  let text = "";
  const { isTTY = false, ...rest } = options;
  const display = createDisplay({ stream: { write: (part) => (text += part), isTTY }, ...rest });
  for (const event of events) display(event);
  return text;
}

const start: EngineEvent = { kind: "start", action: "update", project: "shop", stack: "dev" };
const summary: EngineEvent = {
  ...{ kind: "summary", action: "update", changes: { create: 1, update: 1, same: 2 }, errored: 0 },
  ...{ seconds: 3.2, ok: true, cancelled: false },
};

describe("the display of a run", () => {
  test("reads like the real engine's", () => {
    const update = step({ operation: "update", diff: { size: { kind: "update", replace: false } } });
    expect(
      shown([
        start,
        { kind: "step-start", step: step({}) },
        { kind: "step-end", step: step({}), seconds: 0.081 },
        { kind: "step-start", step: update },
        { kind: "step-end", step: update, seconds: 1.4 },
        { kind: "step-start", step: step({ operation: "same", name: "quiet" }) },
        { kind: "step-end", step: step({ operation: "same", name: "quiet" }), seconds: 0 },
        {
          kind: "outputs",
          outputs: { id: "new", token: new Secret("hush") },
          previous: { id: "old", token: new Secret("other") },
        },
        summary,
      ]),
    ).toBe(`Updating (dev):

 +  shop:Thing a creating
 +  shop:Thing a created (0.08s)
 ~  shop:Thing a updating [diff: ~size]
 ~  shop:Thing a updated (1s) [diff: ~size]
Outputs:
  ~ id   : "old" => "new"
    token: [secret]

Resources:
    + 1 created
    ~ 1 updated
    2 changes. 2 unchanged

Duration: 3s
`);
  });

  test("collects errors by resource at the end, after showing them where they happen", () => {
    const failed = step({ name: "a" });
    const text = shown([
      start,
      { kind: "step-failed", step: failed, seconds: 0.5, message: "refused\nby the server" },
      {
        kind: "diagnostic",
        severity: "error",
        message: "refused\nby the server",
        urn: failed.urn,
        output: false,
        ephemeral: false,
      },
      {
        kind: "diagnostic",
        severity: "warning",
        message: "careful",
        urn: "",
        output: false,
        ephemeral: false,
      },
      { ...summary, ok: false, errored: 1, changes: {} },
    ]);
    expect(text).toContain(" +  shop:Thing a **creating failed** (0.50s) error: refused\n");
    expect(text).toContain("  shop:Thing (a):\n    error: refused\n    by the server\n");
    expect(text).toContain("  the stack:\n    warning: careful\n");
    expect(text).toContain("Resources:\n    1 errored\n");
  });

  test("tells what is wrong with many resources once, and of how many", () => {
    const diagnostic = (name: string, message: string): EngineEvent => ({
      ...{ kind: "diagnostic", severity: "error", message, output: false, ephemeral: false },
      urn: urn("shop:Thing", name),
    });
    const gone = "nobody answers\nIs it up?";
    const text = shown([
      start,
      ...["a", "b", "c"].map((name) => diagnostic(name, gone)),
      diagnostic("b", "and refuses"),
      { ...summary, ok: false, errored: 3, changes: {} },
    ]);
    expect(text).toContain(
      "Diagnostics:\n  shop:Thing (a) and 2 more:\n    error: nobody answers\n    Is it up?\n\n" +
        "  shop:Thing (b):\n    error: and refuses\n\n",
    );
    expect(text.split("nobody answers")).toHaveLength(2);
  });

  test("shows what the program prints as it prints it, and says when a run was cancelled", () => {
    const text = shown([
      { kind: "diagnostic", severity: "info", message: "hello", urn: "", output: true, ephemeral: false },
      { ...summary, cancelled: true },
    ]);
    expect(text).toMatch(/^ i {2}hello\n/);
    expect(text).toContain("The run was cancelled");
  });

  test("shows old and new values on request, secrets and provider code never", () => {
    const change = step({
      operation: "replace",
      diff: {
        size: { kind: "update", replace: true },
        "deep.key": { kind: "update", replace: false },
        gone: { kind: "delete", replace: false },
        fresh: { kind: "add", replace: false },
        __provider: { kind: "update", replace: false },
      },
      oldInputs: { size: 1, deep: new Secret({ key: "hush" }), gone: true, __provider: "code" },
      newInputs: {
        size: 2,
        deep: new Secret({ key: "hush!" }),
        fresh: Unknown.instance,
        __provider: "code 2",
      },
    });
    const text = shown([start, { kind: "step-end", step: change, seconds: 0 }], { diff: true });
    expect(text).toContain("~ size: 1 => 2  (forces replacement)\n");
    expect(text).toContain('~ deep.key: "[secret]" => "[secret]"'.replaceAll('"', ""));
    expect(text).toContain("- gone: true\n");
    expect(text).toContain("+ fresh: [unknown]\n");
    expect(text).toContain("the provider's code changed");
    expect(text).not.toMatch(/hush|code 2/);
  });

  test("in a preview says what would be done", () => {
    const text = shown([
      { ...start, action: "preview" },
      { kind: "step-start", step: step({}) },
      { kind: "step-end", step: step({}), seconds: 0 },
      { ...summary, action: "preview", changes: { create: 4 } },
    ]);
    expect(text).toContain("Previewing update (dev):\n\n +  shop:Thing a create\n");
    expect(text).toContain("    + 4 to create\n");
  });

  test("is coloured on a terminal only, unless told otherwise", () => {
    const events: EngineEvent[] = [start, { kind: "step-end", step: step({}), seconds: 0 }];
    const escape = "\u001b[";
    expect(shown(events)).not.toContain(escape);
    expect(shown(events, { isTTY: true })).toContain(escape);
    expect(shown(events, { isTTY: true, colors: false })).not.toContain(escape);
  });

  test.each([
    [0.004, "0.00s"],
    [0.96, "0.96s"],
    [59.4, "59s"],
    [65, "1m5s"],
  ])("%f seconds are %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test("the summary names each kind of change, and a total when there are several", () => {
    expect(summaryLines({ delete: 1, same: 4 }, 0, false)).toEqual(["- 1 deleted", "4 unchanged"]);
    expect(summaryLines({ update: 1, replace: 1, same: 2 }, 2, false)).toEqual([
      "~ 1 updated",
      "+-1 replaced",
      "2 changes. 2 unchanged",
      "2 errored",
    ]);
    expect(summaryLines({ same: 3 }, 0, false)).toEqual(["3 unchanged"]);
  });
});
