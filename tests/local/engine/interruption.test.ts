import { once } from "node:events";
import { readFileSync } from "node:fs";

import { stateFileSchema } from "../../../local/engine/state/format.js";
import { crash, engineProcess } from "./support/engine-process.js";
import { Gate } from "./support/gate.js";
import { errorsOf, ThingProject, verbs } from "./support/things.js";

jest.setTimeout(120_000);

let project: ThingProject;
let gate: Gate;
beforeEach(async () => {
  project = new ThingProject();
  gate = await Gate.start();
});
afterEach(() => {
  gate.stop();
  project.remove();
});

const waiting = (name: string): string => `new Thing("${name}", { gate: process.env.GATE })`;
const options = () => ({ env: { ...project.env, GATE: gate.url } });

describe("parallel work", () => {
  test("as many resources are worked on at a time as allowed, and no more", async () => {
    project.program(Array.from({ length: 6 }, (_, index) => waiting(`t${index}`)).join(";"));
    const run = project.run("up", { ...options(), parallel: 3 });
    await gate.arrived(3);
    expect(project.ids()).toEqual([]);
    expect(gate.waiting).toBe(3);
    gate.open();
    expect((await run).result.changes).toEqual({ create: 7 });
  });
});

describe("a stack in use", () => {
  test("is locked for others, except to look", async () => {
    project.program(waiting("a"));
    const run = project.run("up", options());
    await gate.arrived();
    await expect(project.run("destroy")).rejects.toThrow(
      /the stack is locked: update has been running since/,
    );
    expect((await project.run("preview", options())).result.ok).toBe(true);
    gate.open();
    expect((await run).result.ok).toBe(true);
    expect((await project.run("destroy")).result.ok).toBe(true);
  });
});

describe("cancellation", () => {
  test("the first time finishes what runs, starts nothing new, and stores what was done", async () => {
    project.program(
      `${waiting("a")}; new Thing("b", { link: new Thing("c", { gate: process.env.GATE }).id })`,
    );
    const cancel = new AbortController();
    const run = project.run("up", { ...options(), signal: cancel.signal });
    await gate.arrived(2);
    cancel.abort();
    gate.open();
    const { result } = await run;
    expect(result).toMatchObject({ ok: false, cancelled: true, exitCode: 130 });
    expect(project.ids()).toEqual(["a-1", "c-1"]);
    expect(project.resource("a")).toBeDefined();
    expect(project.resource("c")).toBeDefined();
    expect(project.stored().pending_operations).toEqual([]);
    expect(verbs((await project.run("up", options())).calls)).toEqual(["Create b"]);
  });

  test("the second time stops at once: what was under way stays on record, and the next run says so", async () => {
    project.program(waiting("a"));
    const [cancel, kill] = [new AbortController(), new AbortController()];
    const run = project.run("up", { ...options(), signal: cancel.signal, killSignal: kill.signal });
    await gate.arrived();
    cancel.abort();
    kill.abort();
    expect((await run).result).toMatchObject({ ok: false, cancelled: true, exitCode: 130 });
    expect(project.stored().pending_operations).toEqual([
      expect.objectContaining({
        type: "creating",
        resource: expect.objectContaining({ urn: expect.stringMatching(/::a$/) }),
      }),
    ]);

    gate.open();
    const next = await project.run("up", options());
    expect(next.result.diagnostics).toEqual([
      expect.objectContaining({
        severity: "warning",
        message: expect.stringMatching(/1 operation[^]*::a, interrupted while creating/),
      }),
    ]);
    expect(next.result.ok).toBe(true);
    expect(project.stored().pending_operations).toEqual([]);
  });

  test("before the start does nothing", async () => {
    project.program(`new Thing("a", {})`);
    const { result } = await project.run("up", { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ cancelled: true, exitCode: 130, changes: {} });
    expect(project.ids()).toEqual([]);
  });
});

describe("operations that did not end", () => {
  const interrupt = async (): Promise<void> => {
    project.program(waiting("a"));
    const kill = new AbortController();
    const run = project.run("up", { ...options(), killSignal: kill.signal });
    await gate.arrived();
    kill.abort();
    await run;
  };

  test("a creation stays on record through a refresh, until it is told to forget it", async () => {
    await interrupt();
    const refreshed = await project.run("refresh");
    expect(refreshed.result.diagnostics).toEqual([
      expect.objectContaining({ severity: "warning", message: expect.stringMatching(/clearPendingCreates/) }),
    ]);
    expect(project.stored().pending_operations).toHaveLength(1);
    await project.engine().refresh({ clearPendingCreates: true });
    expect(project.stored().pending_operations).toEqual([]);
  });

  test("a provider that dies is an unknown outcome, so the operation stays on record", async () => {
    project.program(`new Thing("a", { fail: "die" })`);
    const { result } = await project.run("up");
    expect(result.exitCode).toBe(1);
    expect(project.stored().pending_operations).toEqual([expect.objectContaining({ type: "creating" })]);
  });
});

describe("a crash", () => {
  test("at any moment of many writes leaves a state that can be read, the one before or the one after", async () => {
    for (let round = 0; round < 8; round++) {
      const child = engineProcess(
        project,
        `const { StateFile } = load("state/file.ts");
         const file = new StateFile(${JSON.stringify(`${project.dir}/states`)}, "p", "s");
         const deployment = (serial) => ({ manifest: { time: String(serial), magic: "", version: "" }, metadata: {},
           resources: Array.from({ length: 200 }, (_, index) => ({ urn: "u" + index, type: "t", custom: true, id: String(serial), inputs: { text: "x".repeat(500) } })) });
         for (let serial = 0; ; serial++) { await file.write(deployment(serial)); process.send(serial); }`,
      );
      for (let seen = 0; seen < 3 + round; seen++) await once(child, "message");
      await crash(child);
      const state = stateFileSchema.parse(JSON.parse(readFileSync(`${project.dir}/states/p/s.json`, "utf8")));
      if (!("deployment" in state)) throw new Error("not an exported deployment");
      const { resources, manifest } = state.deployment;
      expect(resources).toHaveLength(200);
      expect(new Set(resources?.map(({ id }) => id))).toEqual(new Set([manifest.time]));
    }
  });

  test("of the engine in the middle of a deployment leaves a stack that the next run finishes", async () => {
    project.program(
      `const first = new Thing("first", {}); new Thing("second", { link: first.id, gate: process.env.GATE })`,
    );
    const child = engineProcess(
      project,
      `const { createEngine } = load("index.ts");
       await createEngine({ projectDir: ${JSON.stringify(project.dir)}, stack: "dev", passphrase: "test", env: { GATE: "${gate.url}" } }).up();`,
    );
    await gate.arrived();
    await crash(child);
    // The provider ends with the engine, in the middle of what it does.
    await gate.abandoned();
    expect(project.resource("first")).toMatchObject({ id: "first-1" });
    expect(project.stored().pending_operations).toEqual([
      expect.objectContaining({
        type: "creating",
        resource: expect.objectContaining({ urn: expect.stringMatching(/::second$/) }),
      }),
    ]);
    gate.open();
    const { calls, result } = await project.run("up", options());
    expect(errorsOf({ calls, result, events: [] })).toBe("");
    expect(verbs(calls)).toEqual(["Create second"]);
    expect(project.stored().pending_operations).toEqual([]);
  });
});
