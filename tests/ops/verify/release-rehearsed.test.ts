import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releaseFolder, releaseRehearsed } from "../../../ops/verify/checks/release.js";
import { type VerifyContext } from "../../../ops/verify/context.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "o2cqrs-rehearsed-"));
  await mkdir(releaseFolder(folder, "prod"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const common = { stack: "prod", startedAt: Date.UTC(2026, 0, 1), endedAt: Date.UTC(2026, 0, 1) };
const gate = {
  ...common,
  kind: "gate",
  outcome: { kind: "rehearsed" },
  steps: [{ looks: [{ verdicts: [{ canarySample: 60, stableSample: 600 }] }] }],
};
const rollback = {
  ...common,
  kind: "rollback",
  dryRun: true,
  steps: [
    { status: "pending", memory: { percent: 25 } },
    { status: "pending", memory: { settings: {} } },
  ],
};

async function check(reports: { gate: object; rollback: object }) {
  for (const [kind, report] of Object.entries(reports))
    await writeFile(join(releaseFolder(folder, "prod"), `${kind}-1.json`), JSON.stringify(report));
  return releaseRehearsed({ projectRoot: folder, stack: "prod", target: "existing" } as VerifyContext);
}

describe("the check of rehearsals", () => {
  test("takes a gate that compared figures and a rollback that had something to act on", async () => {
    expect(await check({ gate, rollback })).toMatchObject({ verdict: "pass" });
  });

  test("knows the stack by whichever name", async () => {
    await check({ gate: { ...gate, stack: "acme/prod" }, rollback });
    const context = { projectRoot: folder, stack: "acme/shop/prod", target: "existing" } as VerifyContext;
    expect(await releaseRehearsed(context)).toMatchObject({ verdict: "pass" });
  });

  test.each<[string, object]>([
    ["compared nothing", { outcome: { kind: "unrehearsed" } }],
    [
      "saw nothing of the canary",
      { steps: [{ looks: [{ verdicts: [{ canarySample: 0, stableSample: 9 }] }] }] },
    ],
    ["was blind", { steps: [{ looks: [{ blind: "away" }] }] }],
    ["never looked", { steps: [{ looks: [] }] }],
    ["never ended", { outcome: undefined }],
  ])("takes no gate that %s", async (_, changes) => {
    expect(await check({ gate: { ...gate, ...changes }, rollback })).toMatchObject({
      verdict: "fail",
      evidence: "no complete report of gate",
      cure: expect.stringContaining("--dry-run"),
    });
  });

  test.each<[string, object]>([
    [
      "would have acted on nothing",
      {
        steps: [
          { status: "pending", memory: {} },
          { status: "pending", memory: { settings: {}, pipelines: [] } },
        ],
      },
    ],
    ["failed at a step", { steps: [{ status: "failed", memory: { percent: 25 } }] }],
    ["never ended", { endedAt: undefined }],
  ])("takes no rollback that %s", async (_, changes) => {
    expect(await check({ gate, rollback: { ...rollback, ...changes } })).toMatchObject({
      verdict: "fail",
      evidence: "no complete report of rollback",
    });
  });
});
