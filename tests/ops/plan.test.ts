import { writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommandLine } from "../../ops/cli/program.js";
import { markdownOf } from "../../ops/plan/markdown.js";
import { changesOf, parsePlan } from "../../ops/plan/plan.js";
import { recordSession } from "./support/session.js";

const urn = (kind: string, name: string) =>
  `urn:pulumi:dev::o2cqrs::o2cqrs:cqrs:Observability$pulumi-nodejs:dynamic/o2cqrs:${kind}::${name}`;

const preview = {
  steps: [
    { op: "same", urn: urn("Folder", "cqrs-alerts") },
    { op: "create", urn: urn("Stream", "cqrs-events") },
    {
      op: "update",
      urn: urn("Alert", "cqrs-query-latency-p95"),
      oldState: { inputs: { trigger: { periodMinutes: 10 }, destinations: ["a"], __provider: "old" } },
      newState: { inputs: { trigger: { periodMinutes: 15 }, destinations: ["a", "b"], __provider: "new" } },
      detailedDiff: {
        "trigger.periodMinutes": { kind: "update" },
        "destinations[1]": { kind: "add" },
        __provider: { kind: "update" },
      },
    },
    {
      op: "replace",
      urn: urn("Function", "cqrs-mask"),
      oldState: { inputs: { name: "mask" } },
      newState: { inputs: { name: "mask-all" } },
      detailedDiff: { name: { kind: "update-replace" } },
    },
    { op: "create-replacement", urn: urn("Function", "cqrs-mask") },
    { op: "delete-replaced", urn: urn("Function", "cqrs-mask") },
    { op: "delete", urn: urn("Dashboard", "cqrs-old") },
  ],
};

const changes = changesOf(parsePlan(JSON.stringify(preview)));

describe("a preview's plan", () => {
  test("tells each changed resource once, with the fields that change, ours and theirs", () => {
    expect(changes.map(({ change, kind, name }) => `${change} ${kind} ${name}`)).toEqual([
      "create Stream cqrs-events",
      "update Alert cqrs-query-latency-p95",
      "replace Function cqrs-mask",
      "delete Dashboard cqrs-old",
    ]);
    expect(changes[1]!.fields).toEqual([
      { path: "trigger.periodMinutes", ours: 15, theirs: 10, forcesReplacement: false },
      { path: "destinations[1]", ours: "b", theirs: undefined, forcesReplacement: false },
    ]);
  });

  test("becomes a comment that warns first of what is replaced or deleted", () => {
    const markdown = markdownOf(changes, "dev");
    expect(markdown).toContain("### Preview of `dev`: 1 to create, 1 to update, 1 to replace, 1 to delete");
    const warning = markdown.indexOf("2 resources are replaced or deleted");
    expect(warning).toBeGreaterThan(0);
    expect(markdown.indexOf("cqrs-mask")).toBeGreaterThan(warning);
    expect(markdown.indexOf("cqrs-mask")).toBeLessThan(markdown.indexOf("cqrs-query-latency-p95"));
    expect(markdown).toContain("| trigger.periodMinutes | 10 | 15 |");
    expect(markdown).toContain("| name (replaces) | mask | mask\\-all |");
  });

  test("becomes a short comment when nothing changes", () => {
    expect(markdownOf([], "dev")).toBe("### Preview of `dev`: no changes\n");
  });

  test("shows names and values as text: no markup, no mention, no end of the cell", () => {
    const hostile = "<img src=x> | @everyone `code` [link](https://example.com)\n# title";
    const markdown = markdownOf(
      [
        {
          change: "update",
          kind: "Alert",
          name: hostile,
          fields: [{ path: "description", ours: hostile, theirs: hostile, forcesReplacement: false }],
        },
      ],
      "dev",
    );
    const row = markdown.split("\n").find((line) => line.includes("description"))!;
    expect(row).not.toMatch(/<img|@everyone|\]\(/);
    expect(row.replace(/\\\|/g, "").split("|")).toHaveLength(5);
    expect(markdown).not.toMatch(/^# title/m);
  });

  test("is read from a file that pulumi preview --json wrote", async () => {
    const folder = await mkdtemp(join(tmpdir(), "o2cqrs-plan-"));
    const file = join(folder, "preview.json");
    await writeFile(file, JSON.stringify(preview));
    const session = recordSession(folder, {});
    expect(await runCommandLine(["preview", "--markdown", "--from", file, "--stack", "dev"], session)).toBe(
      0,
    );
    expect(session.stdout()).toContain("1 to create");
    await writeFile(file, "not JSON");
    expect(await runCommandLine(["preview", "--markdown", "--from", file], session)).toBe(2);
    expect(session.stderr()).toContain("pulumi preview --json");
    await rm(folder, { recursive: true });
  });
});
