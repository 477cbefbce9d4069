import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { PulumiCli } from "../../ops/deployment/pulumi-cli.js";
import { findDeployer } from "../../ops/deployment/find-deployer.js";
import { recordSession } from "./support/session.js";

/** Stands for the Pulumi CLI: notes how it was called, and answers what the test wants. */
const script = `#!${process.execPath}
const { appendFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(process.env.CALLS, JSON.stringify({ args, cwd: process.cwd(), backend: process.env.PULUMI_BACKEND_URL, passphraseFile: process.env.PULUMI_CONFIG_PASSPHRASE_FILE }) + "\\n");
const answers = {
  version: "v3.259.0",
  "stack output": JSON.stringify({ env: { OPENOBSERVE_TOKEN: "t" } }),
  config: JSON.stringify({ "o2cqrs:target": { value: "existing" }, "o2cqrs:password": { value: "p", secret: true } }),
  preview: JSON.stringify({ steps: [] }),
};
const key = args[0] === "stack" ? args.slice(0, 2).join(" ") : args[0];
if (answers[key] !== undefined) console.log(answers[key]);
process.exit(process.env.FAIL === key ? 255 : 0);
`;

let folder: string;
let env: Record<string, string>;

interface Call {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly backend?: string;
  readonly passphraseFile?: string;
}

const calls = async (): Promise<Call[]> =>
  (await readFile(env.CALLS!, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Call);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "o2cqrs-cli-"));
  await writeFile(join(folder, "pulumi"), script);
  await chmod(join(folder, "pulumi"), 0o755);
  await writeFile(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  await writeFile(join(folder, "Pulumi.local.yaml"), "config: {}\n");
  env = { PATH: [folder, dirname(process.execPath)].join(delimiter), CALLS: join(folder, "calls") };
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("with a Pulumi CLI on the PATH", () => {
  test("a config that cannot be read ends in an error that says what to do", async () => {
    const deployer = await findDeployer(recordSession(folder, { ...env, FAIL: "config" }), "prod");
    await expect(deployer.config("prod")).rejects.toMatchObject({
      name: "OperatorError",
      message: expect.stringContaining("The config of stack prod cannot be read"),
      cure: expect.stringContaining("passphrase"),
    });
  });

  test("it deploys, and the operator is told its version", async () => {
    const deployer = await findDeployer(recordSession(folder, env), "prod");
    expect(deployer.title).toBe("Pulumi CLI v3.259.0");
    const { signal } = new AbortController();
    await deployer.run("up", { stack: "prod", json: false, signal });
    const up = (await calls()).at(-1)!;
    expect(up.args).toEqual(["up", "--stack", "prod", "--non-interactive", "--yes", "--skip-preview"]);
    await deployer.run("up", { stack: "prod", json: false, refresh: true, signal });
    expect((await calls()).at(-1)!.args).toEqual([...up.args, "--refresh"]);
    // The operator's own login is used.
    expect(up.backend).toBeUndefined();
  });

  test("the local stack needs no account: its state and passphrase are in the project", async () => {
    await findDeployer(recordSession(folder, env), "local");
    const select = (await calls()).at(-1)!;
    expect(select.args).toEqual(["stack", "select", "--create", "--stack", "local"]);
    expect(select.backend).toMatch(/^file:\/\/.*\.o2cqrs\/local$/);
    expect(await readFile(select.passphraseFile!, "utf8")).toMatch(/^\S{40,}$/);
  });

  test("what the CLI writes into the local stack's config stays out of the tracked file", async () => {
    const tracked = "config:\n  o2cqrs:target: local\n";
    await writeFile(join(folder, "Pulumi.local.yaml"), tracked);
    const deployer = await findDeployer(recordSession(folder, env), "local");
    const select = (await calls()).at(-1)!;
    expect(select.cwd).toMatch(/\.o2cqrs\/local\/project$/);
    expect(await readFile(join(select.cwd, "Pulumi.yaml"), "utf8")).toContain("name: shop");

    const { signal } = new AbortController();
    await deployer.run("up", { stack: "local", json: false, signal });
    const { args } = (await calls()).at(-1)!;
    const copy = args[args.indexOf("--config-file") + 1]!;
    expect(copy).toBe(join(select.cwd, "Pulumi.local.yaml"));
    expect(await readFile(copy, "utf8")).toBe(tracked);

    await writeFile(copy, `${tracked}encryptionsalt: v1:abc\n`);
    const changed = "config:\n  o2cqrs:target: local\n  o2cqrs:region: here\n";
    await writeFile(join(folder, "Pulumi.local.yaml"), changed);
    await findDeployer(recordSession(folder, env), "local");
    expect(await readFile(copy, "utf8")).toBe(`${changed}encryptionsalt: v1:abc\n`);
    expect(await readFile(join(folder, "Pulumi.local.yaml"), "utf8")).toBe(changed);
  });

  test("outputs, config and plan are read from its JSON, secrets in plaintext for us alone", async () => {
    const cli = await PulumiCli.open(join(folder, "pulumi"), folder, env);
    expect(await cli.outputs("prod")).toEqual({ env: { OPENOBSERVE_TOKEN: "t" } });
    expect(await cli.config("prod")).toEqual({ "o2cqrs:target": "existing", "o2cqrs:password": "p" });
    expect(await cli.plan("prod", { refresh: true, signal: new AbortController().signal })).toEqual({
      steps: [],
    });
    expect((await calls()).at(-1)!.args).toContain("--refresh");
  });

  test("its failure is one error that says the next run continues", async () => {
    const cli = await PulumiCli.open(join(folder, "pulumi"), folder, { ...env, FAIL: "destroy" });
    const { signal } = new AbortController();
    await expect(cli.run("destroy", { stack: "prod", json: false, signal })).rejects.toMatchObject({
      message: "pulumi destroy of stack prod failed (exit code 255)",
      cure: expect.stringContaining("continues"),
      exitCode: 1,
    });
  });
});
