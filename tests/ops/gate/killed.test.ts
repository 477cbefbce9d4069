import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { canary as plan } from "@o2cqrs/contract";
import { gateRecord } from "../../../ops/gate/record.js";
import { gateStateFile } from "../../../ops/gate/run-gate.js";
import { ReleaseStore } from "../../../ops/gate/store.js";
import { type VerifyContext } from "../../../ops/verify/context.js";
import { deployStack, type DeployedStack } from "../support/deployed-stack.js";
import { TelemetryWriter } from "./telemetry.js";

jest.setTimeout(400_000);

const repository = join(__dirname, "..", "..", "..");

let stack: DeployedStack;
let context: VerifyContext;

beforeAll(async () => {
  stack = await deployStack();
  spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
  context = await stack.openContext();
});

afterAll(async () => {
  await context.close();
  await stack.close();
});

test("a gate that is killed at each of its steps goes on there, until the release is promoted", async () => {
  const log = join(stack.folder, "traffic.log");
  await writeFile(log, "");
  const store = new ReleaseStore(stack.projectRoot, "killed");
  const { user, token } = context.appConfig;
  const settings = {
    minObservationMs: 1500,
    maxObservationMs: 60_000,
    intervalMs: 500,
    minSample: 5,
    otlpGraceMs: 600_000,
  };
  const start = () => {
    const child = spawn(process.execPath, [join(__dirname, "gate-process.cjs")], {
      env: {
        ...process.env,
        O2CQRS_GATE_TEST: JSON.stringify({
          connection: {
            url: stack.server.url,
            organization: context.appConfig.org,
            credential: { kind: "basic", user, password: token },
          },
          projectRoot: stack.projectRoot,
          settings,
          hook: [process.execPath, "-e", `fs.appendFileSync(${JSON.stringify(log)}, "{percent}\\n")`],
        }),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    return { child, out: () => out, err: () => err, ended: once(child, "close") };
  };
  // Records of the minutes to come, so that whenever a gate looks there are some.
  const writer = new TelemetryWriter(context);
  const now = Date.now();
  const both = [
    { version: "1.0.0", share: 8 },
    { version: "2.0.0", share: 8 },
  ];
  await writer.write(both, now, now + 3 * 60_000);
  for (const version of both) await writer.write([{ ...version, share: 0 }], now, now);

  for (const step of plan.trafficPercent.keys()) {
    const gate = start();
    const isThere = async () => {
      const record = await store.read(gateStateFile, gateRecord);
      return record?.phase.kind === "observing" && record.phase.step === step;
    };
    while (!(await isThere())) {
      if (gate.child.exitCode !== null) throw new Error(`the gate ended too soon: ${gate.err()}`);
      await sleep(20);
    }
    gate.child.kill("SIGKILL");
    await gate.ended;
  }
  const last = start();
  const [code] = await last.ended;
  expect({ code, err: code === 0 ? "" : last.err() }).toEqual({ code: 0, err: "" });
  expect(JSON.parse(last.out())).toMatchObject({ kind: "promoted" });
  const given = (await readFile(log, "utf8")).trim().split("\n").map(Number);
  // Every step is given again after each kill, none is left out and none is gone back to.
  expect([...new Set(given)]).toEqual([...plan.trafficPercent]);
  expect([...given].sort((a, b) => a - b)).toEqual(given);
  expect(given.length).toBe(2 * plan.trafficPercent.length);
  expect(await store.has(gateStateFile)).toBe(false);
});
