import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommandLine } from "../../ops/cli/program.js";
import { markdownOf } from "../../ops/plan/markdown.js";
import { readPictures } from "../../ops/plan/pictures.js";
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

/** Previews of one change: the service renamed, a stream kept shorter, receivers changed. The CLI's has a delete too. */
describe.each(["pulumi-cli", "embedded-engine"])("a preview as the %s wrote it", (name) => {
  const text = readFileSync(join(__dirname, "plan", `${name}.json`), "utf8");
  const read = changesOf(parsePlan(text));
  const fieldsOf = (resource: string) =>
    read
      .find((each) => each.name === resource)!
      .fields.map(({ path, theirs, ours }) => [path, theirs, ours] as const);

  test("is told field by field, also where it has no details of its own", () => {
    expect(fieldsOf("cqrs-commands")).toEqual([["retentionDays", 30, 5]]);
    expect(fieldsOf("cqrs-command-latency-p95")).toEqual([
      ["contextAttributes.service", "orders", "billing"],
      ["destinations[1]", undefined, "cqrs-slack"],
    ]);
  });

  test("tells a replacement once, and which field forces it", () => {
    const replaced = read.filter(({ name: resource }) => resource === "cqrs-application");
    expect(replaced).toHaveLength(1);
    expect(replaced[0]!.fields.map(({ path, forcesReplacement }) => [path, forcesReplacement])).toEqual([
      ["email", true],
      ["firstName", false],
    ]);
  });

  test("says that a secret may change, and not to what", () => {
    expect(fieldsOf("cqrs-webhook")).toContainEqual(["url", "[secret]", "[secret]"]);
  });

  test("says of a new resource only that it is new", () => {
    expect(fieldsOf("cqrs-slack")).toEqual([]);
  });

  test("becomes a comment", () => {
    const markdown = markdownOf(read, "dev");
    expect(markdown).toContain("1 to create, 3 to update, 1 to replace");
    expect(markdown.indexOf("**replace** ServiceAccount")).toBeLessThan(markdown.indexOf("| kind |"));
    expect(markdown).toContain("<summary>Stream: 1 to update</summary>");
    expect(markdown).not.toContain("__provider");
  });
});

describe("a comment", () => {
  const update = (name: string, ours: unknown, theirs: unknown) => ({
    op: "update",
    urn: urn("Function", name),
    oldState: { inputs: { vrl: theirs } },
    newState: { inputs: { vrl: ours } },
  });
  const commentOn = (...steps: unknown[]) =>
    markdownOf(changesOf(parsePlan(JSON.stringify({ steps }))), "dev");

  test("shows of long values the part where they begin to differ", () => {
    const same = "x".repeat(200);
    const comment = commentOn(update("mask", `${same} new`, `${same} old`));
    expect(comment).toContain(" old |");
    expect(comment).toContain(" new |");
    expect(comment).not.toContain("x".repeat(100));
  });

  test("hides a secret that a state holds in its own form, and says what is not known yet", () => {
    const sealed = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext: "hush",
    };
    const comment = commentOn(update("mask", "04da6b54-80e4-46f7-96ec-b56ff0331ba9", sealed));
    expect(comment).not.toContain("hush");
    expect(comment).toContain("secret");
    expect(comment).toContain("known when deployed");
  });

  test("never grows beyond what GitHub takes", () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      update(`mask-${index}`, "a".repeat(70), "b".repeat(70)),
    );
    const gone = Array.from({ length: 3000 }, (_, index) => ({
      op: "delete",
      urn: urn("Alert", `old-${index}`),
    }));
    const comment = commentOn(...many, ...gone);
    expect(comment.length).toBeLessThan(65_536);
    expect(comment).toMatch(/and \d+ more, for which there is no room/);
  });

  test("says first that the preview failed, in the engine's words as text, and then what is known", async () => {
    const folder = await mkdtemp(join(tmpdir(), "o2cqrs-comment-"));
    const plan = join(folder, "plan.json");
    const diagnostics = [
      { severity: "warning", message: "old plugin" },
      { severity: "error", message: "error: preview failed\n@everyone\n" },
    ];
    await writeFile(plan, JSON.stringify({ ...preview, diagnostics }));
    const session = recordSession(folder, {});
    const args = ["preview", "--markdown", "--from", plan, "--stack", "dev"];
    expect(await runCommandLine(args, session)).toBe(0);
    const comment = session.stdout();
    expect(comment).toContain("> error: preview failed &#64;everyone\n");
    expect(comment).not.toContain("old plugin");
    expect(comment.indexOf("The preview failed")).toBeLessThan(comment.indexOf("cqrs-mask"));
    expect(commentOn()).not.toContain("failed");
    await rm(folder, { recursive: true });
  });

  test("names the pictures without a link when they were published nowhere", async () => {
    const folder = await mkdtemp(join(tmpdir(), "o2cqrs-comment-"));
    await writeFile(join(folder, "overview.svg"), "");
    const pictures = await readPictures(folder, "");
    expect(markdownOf([], "dev", { pictures })).toContain("### Dashboards\n\n- overview\n");
    await rm(folder, { recursive: true });
  });

  test("tells how the alerts' cases fared, failures by name, and shows the dashboards", async () => {
    const folder = await mkdtemp(join(tmpdir(), "o2cqrs-comment-"));
    const [plan, tests, pictures] = ["plan.json", "tests.json", "pictures"].map((file) => join(folder, file));
    const passed = { name: "fires", failures: [], milliseconds: 1 };
    const failed = { name: "stays quiet", failures: ["fired at 3m"], milliseconds: 1 };
    await writeFile(plan!, JSON.stringify({ steps: [] }));
    await writeFile(tests!, JSON.stringify([{ file: "/a/latency.yaml", tests: [passed, failed] }]));
    await mkdir(pictures!);
    for (const file of ["overview.svg", "commands.svg", "notes.txt"])
      await writeFile(join(pictures!, file), "");
    const session = recordSession(folder, {});
    const run = (...more: string[]) =>
      runCommandLine(["preview", "--markdown", "--from", plan!, "--stack", "dev", ...more], session);
    const url = "https://pictures.example.com/{file}";
    expect(await run("--alert-tests", tests!, "--pictures", pictures!, "--pictures-url", url)).toBe(0);
    const comment = session.stdout();
    expect(comment).toContain("no changes");
    expect(comment).toContain("### Alerts: 1 of 2 cases pass");
    expect(comment).toContain("latency.yaml: stays quiet");
    expect(comment).toContain("![overview](https://pictures.example.com/overview.svg)");
    expect(comment).not.toContain("notes");
    expect(await run("--alert-tests", plan!)).toBe(2);
    expect(await run("--pictures", join(folder, "missing"))).toBe(2);
    await rm(folder, { recursive: true });
  });
});
