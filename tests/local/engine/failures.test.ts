import { createEngine, type Engine, type EngineEvent } from "@o2cqrs/local-engine";

import { errorsOf, ThingProject, verbs } from "./support/things.js";

jest.setTimeout(120_000);

let project: ThingProject;
beforeEach(() => {
  project = new ThingProject();
});
afterEach(() => project.remove());

describe("a provider that fails", () => {
  test("in create: nothing of the resource is stored, what succeeded is, and the next run continues", async () => {
    const program = (fail: string): string =>
      `const a = new Thing("a", {}); new Thing("b", { link: a.id, fail: "${fail}" }); exports.out = a.id;`;
    project.program(program("create"));
    const failed = await project.run("up");
    expect(failed.result).toMatchObject({ ok: false, exitCode: 1, changes: { create: 2 } });
    expect(errorsOf(failed)).toBe("create was refused");
    expect(project.resource("a")).toBeDefined();
    expect(project.resource("b")).toBeUndefined();
    expect(project.stored().pending_operations).toEqual([]);
    const { calls } = await project.up(program(""));
    expect(verbs(calls)).toEqual(["Create b"]);
  });

  test("after the resource exists: it is kept with the reasons, and the next run tries to finish it", async () => {
    project.program(`new Thing("a", { fail: "health" })`);
    const failed = await project.run("up");
    expect(errorsOf(failed)).toContain("created, but not healthy");
    expect(project.resource("a")).toMatchObject({ id: "a-1", initErrors: ["still ill"] });
    const { calls } = await project.up(`new Thing("a", { fail: "health" })`);
    expect(verbs(calls)).toEqual(["Update a"]);
    expect(project.resource("a")).not.toHaveProperty("initErrors");
  });

  test("in update: the old state stays", async () => {
    await project.up(`new Thing("a", { x: 1 })`);
    project.program(`new Thing("a", { x: 2, fail: "update" })`);
    expect(errorsOf(await project.run("up"))).toBe("update was refused");
    expect(project.resource("a")).toMatchObject({ inputs: { x: 1 }, outputs: { x: 1 } });
  });

  test("in delete: the resource stays, and what it needs is not deleted", async () => {
    await project.up(`const need = new Thing("need", {}); new Thing("a", { link: need.id, fail: "delete" })`);
    project.program("");
    const { calls, result } = await project.run("up");
    expect(result.errors.map(({ message }) => message)).toEqual(["delete was refused"]);
    expect(verbs(calls)).toEqual(["Delete a"]);
    expect(project.resource("need")).toBeDefined();
  });

  test("in read: the refresh fails and the state stays", async () => {
    await project.up(`new Thing("a", { fail: "read" })`);
    const before = project.resource("a");
    expect(errorsOf(await project.run("refresh"))).toBe("read was refused");
    expect(project.resource("a")).toMatchObject({ id: before?.id, outputs: before?.outputs });
  });

  test("in check: every failure names the property, its value and the reason, and nothing is done", async () => {
    project.program(`new Thing("a", { bad: "worse" }); new Thing("s", { bad: pulumi.secret("hush") })`);
    const deployed = await project.run("preview");
    expect(errorsOf(deployed)).toContain(
      "test:Thing resource 'a': property bad value {worse} has a problem: must not be",
    );
    project.program(`new Thing("s", { bad: pulumi.secret("hush") })`);
    expect(errorsOf(await project.run("up"))).toContain("property bad value {[secret]} has a problem");
    expect(project.ids()).toEqual([]);
  });
});

describe("a program that fails", () => {
  test.each([
    ["throws", `new Thing("a", {}); throw new Error("boom")`, /failed with an unhandled exception[^]*boom/],
    [
      "throws in an apply",
      `new Thing("a", {}).id.apply(() => { throw new Error("late boom") })`,
      /late boom/,
    ],
    ["does not parse", `new Thing(`, /SyntaxError|Unexpected end of input/],
    ["ends by itself", `process.exit(3)`, /program exited with non-zero exit code: 3/],
  ])("%s: the run fails and says why", async (_how, body, message) => {
    project.program(body);
    const deployed = await project.run("up");
    expect(deployed.result.exitCode).toBe(1);
    expect(errorsOf(deployed)).toMatch(message);
  });

  test("only logs an error: it is told, and the run goes on, as with the real engine", async () => {
    project.program(`pulumi.log.error("told you"); new Thing("a", {})`);
    const deployed = await project.run("up");
    expect(errorsOf(deployed)).toBe("told you");
    expect(deployed.result.exitCode).toBe(0);
    expect(project.ids()).toEqual(["a-1"]);
  });

  test("deletes nothing, even what it has not registered", async () => {
    await project.up(`new Thing("a", {}); new Thing("b", {})`);
    project.program(`new Thing("a", {}); throw new Error("boom")`);
    const { calls } = await project.run("up");
    expect(verbs(calls)).toEqual([]);
    expect(project.ids()).toEqual(["a-1", "b-1"]);
  });

  test("keeps the stack outputs it had, and updates those it still gave", async () => {
    await project.up(`exports.kept = "old"`);
    project.program(`new Thing("a", { fail: "create" }); exports.kept = "new"`);
    await project.run("up");
    expect(await project.engine().outputs()).toEqual({ kept: "new" });
    project.program(`throw new Error("boom")`);
    await project.run("up");
    expect(await project.engine().outputs()).toEqual({ kept: "new" });
  });
});

describe("what the embedded engine does not do is refused, with the real Pulumi CLI as the cure", () => {
  test.each([
    [
      "a resource of another package",
      `new pulumi.CustomResource("kubernetes:core/v1:Pod", "p", {})`,
      /no provider for the package 'kubernetes'.*real Pulumi CLI/,
    ],
    [
      "a provider of another package",
      `new pulumi.ProviderResource("aws", "p", {})`,
      /no provider for the package 'aws'/,
    ],
    [
      "a component of another package",
      `new pulumi.ComponentResource("eks:index:Cluster", "c", {}, {}, true)`,
      /no provider for the package 'eks'/,
    ],
    [
      "a function of another package",
      `pulumi.runtime.invoke("aws:index:getRegion", {})`,
      /no provider for the package 'aws'/,
    ],
    [
      "a stack reference",
      `new pulumi.StackReference("org/other/dev")`,
      /stack reference 'org\/other\/dev' cannot be read.*real Pulumi CLI/,
    ],
  ])("%s", async (_what, body, message) => {
    project.program(body);
    const deployed = await project.run("preview");
    expect(deployed.result.exitCode).toBe(1);
    expect(errorsOf(deployed)).toMatch(message);
  });

  test("also when only the state holds such a resource", async () => {
    await project.up(`new Thing("a", {})`);
    const text = project.stored().text.replaceAll("pulumi-nodejs:dynamic/test:Thing", "aws:s3/bucket:Bucket");
    project.write(".o2cqrs/state/things/dev.json", text);
    expect(errorsOf(await project.run("destroy"))).toMatch(/no provider for the package 'aws'/);
    expect(project.ids()).toEqual(["a-1"]);
  });
});

describe("preview", () => {
  test("says what would be done and does none of it", async () => {
    project.program(`const a = new Thing("a", {}); new Thing("b", { link: a.id }); exports.id = a.id`);
    const { calls, result } = await project.run("preview");
    expect(result.changes).toEqual({ create: 3 });
    expect(verbs(calls)).toEqual([]);
    expect(project.stored().text).toBe("");
    await project.run("up");
    const before = project.stored().text;
    project.program(`new Thing("a", { rnew: 1 })`);
    const planned = await project.run("preview");
    expect(planned.result.changes).toEqual({ same: 1, replace: 1, delete: 1 });
    expect(verbs(planned.calls)).toEqual([]);
    expect(project.stored().text).toBe(before);
  });

  test("in front of an update stops it when it fails", async () => {
    project.program(
      `const a = new Thing("a", {}); a.id.apply((id) => new Thing("late", {})); new Thing("b", { bad: 1 })`,
    );
    const result = await project.engine().up({ previewFirst: true });
    expect(result).toMatchObject({ action: "preview", exitCode: 1 });
    project.program(`new Thing("a", {})`);
    expect(await project.engine().up({ previewFirst: true })).toMatchObject({
      action: "update",
      exitCode: 0,
    });
    expect(project.ids()).toEqual(["a-1"]);
  });
});

describe("secrets", () => {
  test("given as inputs, made by providers, set in the configuration or exported appear in no event and not in the state", async () => {
    const events: EngineEvent[] = [];
    await project.up(
      `const config = new pulumi.Config();
       const a = new Thing("a", { password: pulumi.secret("input-hush"), deep: { key: config.requireSecret("key") } });
       exports.token = a.token; exports.password = a.password; exports.open = 1; exports.whole = pulumi.secret({ x: "export-hush" });`,
      { config: { key: { value: "config-hush", secret: true } }, onEvent: (event) => events.push(event) },
    );
    const { text } = project.stored();
    const log = JSON.stringify(events);
    for (const plain of ["input-hush", "config-hush", "export-hush", "token-of-a"]) {
      expect(text).not.toContain(plain);
      expect(log).not.toContain(plain);
    }
    expect(await project.engine().outputs()).toEqual({
      token: "[secret]",
      password: "[secret]",
      open: 1,
      whole: "[secret]",
    });
    expect(await project.engine().outputs({ showSecrets: true })).toEqual({
      token: "token-of-a-1",
      password: "input-hush",
      open: 1,
      whole: { x: "export-hush" },
    });
    expect(
      (await project.run("up", { config: { key: { value: "config-hush", secret: true } } })).result.changes,
    ).toEqual({ same: 2 });
  });

  test("need the passphrase they were written with", async () => {
    await project.up(`exports.s = pulumi.secret(1)`);
    await expect(engineWithoutPassphrase().up()).rejects.toThrow(
      /the state holds secrets, but no passphrase was given/,
    );
    await expect(project.run("up", { passphrase: "other" })).rejects.toThrow(/incorrect passphrase/);
  });

  test("without a passphrase are refused before the resource exists, and nothing else needs one", async () => {
    const engine = engineWithoutPassphrase();
    project.program(`new Plain("open", { x: 1 }); exports.x = 1`);
    expect((await engine.up()).ok).toBe(true);
    project.program(`new Plain("open", { x: 1 }); new Plain("hidden", { x: pulumi.secret(1) })`);
    const refused = await engine.up();
    expect(refused.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/'hidden' holds a secret, but no passphrase was given/),
    ]);
    expect(project.ids()).toEqual(["open-1"]);
  });

  function engineWithoutPassphrase(): Engine {
    const env = {
      ...project.env,
      PULUMI_CONFIG_PASSPHRASE: undefined,
      PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
    };
    return createEngine({ projectDir: project.dir, stack: "dev", env });
  }
});

describe("outputs", () => {
  test("of a stack that was never deployed are an error", async () => {
    await expect(project.engine().outputs()).rejects.toThrow(
      "the stack 'dev' has no outputs: it was never deployed",
    );
  });
});

describe("what the caller can set", () => {
  test("the folder of the states, and the program's environment, arguments and configuration", async () => {
    project.write(
      "Pulumi.yaml",
      `name: things\nruntime: { name: nodejs, options: { typescript: false, nodeargs: '--title "my program"' } }\nmain: index.js\n`,
    );
    await project.up(
      `const config = new pulumi.Config();
       exports.all = { title: process.title, env: process.env.GREETING, key: config.get("key"), dry: pulumi.runtime.isDryRun(),
         organization: pulumi.getOrganization(), project: pulumi.getProject(), stack: pulumi.getStack(), cwd: process.cwd() };`,
      {
        stateDir: `${project.dir}/elsewhere`,
        env: { ...project.env, GREETING: "hello" },
        config: { key: "value" },
      },
    );
    expect(await project.engine({ stateDir: `${project.dir}/elsewhere` }).outputs()).toEqual({
      all: {
        ...{ title: "my program", env: "hello", key: "value", dry: false },
        ...{ organization: "organization", project: "things", stack: "dev", cwd: project.dir },
      },
    });
  });
});
