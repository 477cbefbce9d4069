import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { buildProgram } from "../../ops/cli/program.js";
import { recordSession } from "../ops/support/session.js";

const root = join(__dirname, "..", "..");
const folder = join(root, ".github", "workflows");

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly "continue-on-error"?: boolean;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly permissions: Readonly<Record<string, string>>;
  readonly "timeout-minutes": number;
  readonly needs?: string;
  readonly if?: string;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), "utf8");
  return { file, text, workflow: parse(text) as Workflow };
});

describe.each(workflows)("the workflow $file", ({ text, workflow }) => {
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps);
  const scripts = steps.flatMap(({ run }) => run ?? []);

  it("pins every action by its commit, and says which release that is", () => {
    const uses = [...text.matchAll(/^\s*- uses: (.+)$/gm)].map(([, use]) => use);
    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length);
    for (const use of uses) expect(use).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("grants nothing that a job does not name, and every job a time limit", () => {
    expect(workflow.permissions).toEqual({});
    for (const [, job] of jobs) {
      expect(Object.keys(job.permissions).length).toBeLessThanOrEqual(1);
      expect(job["timeout-minutes"]).toBeLessThanOrEqual(30);
    }
  });

  it("lets no job both run the pull request's code and write", () => {
    for (const [, { permissions, steps: own }] of jobs) {
      const checksOut = own.some(({ uses }) => uses?.startsWith("actions/checkout@"));
      if (checksOut) expect(permissions).toEqual({ contents: "read" });
      else expect(own.every(({ uses }) => uses === undefined)).toBe(true);
    }
    expect(workflow.on).not.toHaveProperty("pull_request_target");
  });

  it("leaves no credential behind in the checkout, and gives none to forks", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ "persist-credentials": false });
    for (const [, job] of jobs)
      if (JSON.stringify(job).includes("secrets."))
        expect(job.if).toContain("github.event.pull_request.head.repo.full_name == github.repository");
  });

  it("puts no text of a pull request into a script, where it would be run", () => {
    for (const script of scripts) expect(script).not.toContain("${{");
  });

  it("has scripts that bash can read", () => {
    for (const script of scripts)
      expect(spawnSync("bash", ["-n"], { input: script, encoding: "utf8" }).stderr).toBe("");
  });

  it("runs only npm scripts, policy packs and o2cqrs verbs and options that there are", () => {
    const all = scripts.join("\n");
    const known = (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object })
      .scripts;
    for (const [, name] of all.matchAll(/npm run ([\w:-]+)/g)) expect(known).toHaveProperty([name!]);
    for (const [, pack] of all.matchAll(/--policy-pack (\S+)/g))
      expect(existsSync(join(root, pack!, "PulumiPolicy.yaml"))).toBe(true);
    const calls = [...all.matchAll(/npx o2cqrs ([^\n>|]+)/g)].map(([, call]) => call!.trim().split(/\s+/));
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) expect(strangeWords(call)).toEqual([]);
  });
});

describe("the workflow preview.yml", () => {
  const { workflow } = workflows.find(({ file }) => file === "preview.yml")!;
  const { steps } = workflow.jobs.preview!;
  /** Of the step with that id, or whose script has those words. */
  const position = (of: string) => {
    const named = steps.findIndex(({ id }) => id === of);
    return named >= 0 ? named : steps.findIndex(({ run }) => run?.includes(of));
  };
  const comment = position("comment");

  it("writes the comment whatever became of the preview, the pictures and the alerts' cases", () => {
    for (const before of ["alerts", "preview", "dashboards render", "pictures"]) {
      expect(position(before)).toBeGreaterThan(-1);
      expect(position(before)).toBeLessThan(comment);
      expect(steps[position(before)]?.["continue-on-error"]).toBe(true);
    }
    expect(steps[comment]?.if).toBeUndefined();
    expect(workflow.jobs.comment?.if).toContain("!cancelled()");
  });

  it("fails afterwards if the preview, which judges the policies, or a case failed; pictures fail nothing", () => {
    const after = steps.slice(comment + 1);
    expect(after.map((step) => step.if)).toEqual([
      "steps.preview.outcome == 'failure'",
      "steps.alerts.outcome == 'failure'",
    ]);
    for (const { run, ...step } of after) {
      expect(step).not.toHaveProperty("continue-on-error");
      expect(run?.trim().endsWith("exit 1")).toBe(true);
    }
  });

  it("shows in the comment the dashboards that it drew", () => {
    const folderOf = (of: string, option: string) =>
      new RegExp(`${option} (\\S+)`).exec(steps[position(of)]?.run ?? "")?.[1];
    expect(folderOf("dashboards render", "--output")).toBe("pictures");
    expect(folderOf("comment", "--pictures")).toBe("pictures");
    expect(steps[position("pictures")]?.with).toMatchObject({ path: "pictures" });
  });
});

describe.each(["pulumi-cli.json", "embedded-engine.json"])("the comment on the preview in %s", (file) => {
  const { workflow } = workflows.find((each) => each.file === "preview.yml")!;
  const { run } = workflow.jobs.preview!.steps.find(({ id }) => id === "comment")!;
  let job: string;

  beforeAll(() => {
    spawnSync(process.execPath, [join(root, "scripts", "build.mjs")]);
    job = mkdtempSync(join(tmpdir(), "o2cqrs-workflow-"));
    copyFileSync(join(root, "tests", "ops", "plan", file), join(job, "preview.json"));
    writeFileSync(join(job, "alerts.json"), "[]");
    // As `npx o2cqrs` in a checkout.
    const command = join(root, "ops", "bin", "o2cqrs.js");
    writeFileSync(join(job, "npx"), `#!/bin/sh\nshift\nexec "${process.execPath}" "${command}" "$@"\n`, {
      mode: 0o755,
    });
  });
  afterAll(() => rmSync(job, { recursive: true }));

  it("is written by the step's own script, as one output of the job", () => {
    const output = join(job, "output");
    const { status, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", run!], {
      cwd: job,
      env: {
        PATH: [job, process.env.PATH].join(delimiter),
        STACK: "prod",
        PICTURES_URL: "https://github.example.com/artifacts/1",
        GITHUB_OUTPUT: output,
      },
      encoding: "utf8",
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const comment = readFileSync(join(job, "comment.md"), "utf8");
    expect(comment).toContain("prod");
    const [, end, text] = /^text<<(\w{32})\n([^]*)\n(\w{32})\n$/.exec(readFileSync(output, "utf8")) ?? [];
    expect(`${text}\n`).toBe(comment);
    expect(comment).not.toContain(end);
  });
});

/** Words of a command line that the command does not know. */
function strangeWords(words: readonly string[]): string[] {
  let command = buildProgram(recordSession(root, {}));
  const strange: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word.startsWith("-")) {
      const option = command.options.find(({ short, long }) => word === short || word === long);
      if (option === undefined) strange.push(word);
      else if (option.required) index++;
      continue;
    }
    const verb = command.commands.find((each) => each.name() === word);
    if (verb === undefined) strange.push(word);
    else command = verb;
  }
  return strange;
}

describe("the check of o2cqrs command lines", () => {
  it("finds verbs and options that there are not", () => {
    expect(strangeWords(["preview", "--markdown", "--form", "preview.json"])).toEqual([
      "--form",
      "preview.json",
    ]);
    expect(strangeWords(["previews"])).toEqual(["previews"]);
  });
});
