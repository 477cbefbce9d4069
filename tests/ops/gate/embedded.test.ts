import { readFile } from "node:fs/promises";
import { folders } from "@o2cqrs/contract";
import { type Clock } from "../../../ops/gate/clock.js";
import { gateRecord } from "../../../ops/gate/record.js";
import { runGate } from "../../../ops/gate/run-gate.js";
import { type GateSettingsInput } from "../../../ops/gate/settings.js";
import { runRollback, undoRollback } from "../../../ops/rollback/run-rollback.js";
import { checks } from "../../../ops/verify/catalogue.js";
import { type VerifyContext } from "../../../ops/verify/context.js";
import { deployStack, type DeployedStack } from "../support/deployed-stack.js";
import { type Behaviour } from "./simulation.js";
import { TelemetryWriter } from "./telemetry.js";

jest.setTimeout(400_000);

const minute = 60_000;

let stack: DeployedStack;
let context: VerifyContext;
/** Telemetry is written into the past; each release begins where the one before ended. */
let time = Date.now() - 4 * 60 * minute;

beforeAll(async () => {
  stack = await deployStack();
  context = await stack.openContext();
});

afterAll(async () => {
  await context.close();
  await stack.close();
});

const terminal = { note: () => undefined, redact: (text: string) => text };

/** A service that is released: its canary gets what traffic the gate gives it, and time passes as the gate waits. */
function makeRelease(canary: string, behaviour: Behaviour) {
  const writer = new TelemetryWriter(context);
  const traffic: { percent: number; minutes: number }[] = [];
  const startedAt = time;
  const percent = () => traffic.at(-1)?.percent ?? 0;
  const clock: Clock = {
    now: () => time,
    async sleep(milliseconds) {
      const share = percent() / 100;
      await writer.write(
        [
          { ...behaviour, version: canary, share },
          { version: "1.0.0", share: 1 - share },
        ],
        time,
        time + milliseconds,
      );
      time += milliseconds;
    },
  };
  return {
    traffic,
    clock,
    driver: {
      title: "simulated",
      read: () => Promise.resolve(percent()),
      set: (given: number) => {
        traffic.push({ percent: given, minutes: (time - startedAt) / minute });
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    },
  };
}

async function release(canary: string, behaviour: Behaviour, settings: GateSettingsInput = {}) {
  const { clock, driver, traffic } = makeRelease(canary, behaviour);
  const result = await runGate({
    context,
    terminal,
    clock,
    traffic: driver,
    canary,
    stable: "1.0.0",
    service: "orders",
    settings: { intervalMs: 5 * minute, minSample: 10, ...settings },
    dryRun: false,
    restart: false,
  });
  return { ...result, traffic, clock, driver };
}

interface Mark {
  readonly title: string;
  readonly panels: readonly string[];
}

/** The marks on a dashboard within a range of time, in microseconds. */
async function annotationsOf(dashboard: string, start: number, end: number): Promise<Mark[]> {
  const path = `/api/default/dashboards/${dashboard}/annotations?start_time=${start + 1}&end_time=${end}`;
  const credential = Buffer.from(`${stack.user}:${stack.password}`).toString("base64");
  const answer = await fetch(stack.server.url + path, { headers: { authorization: `Basic ${credential}` } });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Mark[];
}

describe("a release through the gate, its telemetry in the server", () => {
  test("is promoted when it is good: four steps of a quarter of an hour", async () => {
    const { record, traffic, files } = await release("2.0.0", {});
    expect(record.outcome).toEqual({ kind: "promoted", reason: "every step was good", at: time });
    expect(traffic).toEqual([
      { percent: 5, minutes: 0 },
      { percent: 25, minutes: 15 },
      { percent: 50, minutes: 30 },
      { percent: 100, minutes: 45 },
    ]);
    expect(files.map((file) => file.split(".").at(-1))).toEqual(["json", "md", "html"]);
    expect(gateRecord.parse(JSON.parse(await readFile(files[0]!, "utf8")))).toEqual(record);
    for (const { looks } of record.steps) expect(looks.at(-1)!.verdicts).toHaveLength(9);
  });

  test("is marked on every dashboard of the platform, over all of its panels", async () => {
    const { record } = await release("2.0.1", { deadLetterRate: 0.2 });
    const folder = await context.admin.folders.getByName("dashboards", folders.dashboards.name);
    const found = await context.admin.dashboards.list(folder!.folderId);
    expect(found.length).toBeGreaterThan(0);
    expect(record.annotated).toBe(`${found.length} dashboards annotated`);
    for (const { id } of found) {
      const [mark] = await annotationsOf(id, record.startedAt * 1000, time * 1000);
      expect(mark).toMatchObject({
        title: expect.stringContaining("2.0.1"),
        text: record.outcome?.reason,
        start_time: record.startedAt * 1000,
        end_time: time * 1000,
        tags: ["release"],
      });
      expect(mark?.panels).not.toHaveLength(0);
    }
  });

  const bad: readonly (readonly [string, string, Behaviour, RegExp, number])[] = [
    ["slow", "2.1.0", { queryMs: 400 }, /Query p95/, 10],
    ["failing", "2.2.0", { errorRate: 0.4 }, /Command error rate/, 15],
    ["cold", "2.3.0", { hitRatio: 0.05 }, /Cache hit ratio/, 15],
    ["giving up events", "2.4.0", { deadLetterRate: 0.2 }, /Dead letters/, 5],
    ["losing records", "2.5.0", { lostRecords: 7 }, /Write failures/, 5],
  ];

  test.each(bad)(
    "is stopped at its first step when it is %s",
    async (_, version, behaviour, reason, minutes) => {
      const { record, traffic } = await release(version, behaviour);
      expect(record.outcome).toMatchObject({ kind: "rolledBack", reason: expect.stringMatching(reason) });
      expect(traffic).toEqual([
        { percent: 5, minutes: 0 },
        { percent: 0, minutes },
      ]);
    },
  );

  test("leaves reports that the check of rehearsals accepts, together with a rollback's", async () => {
    const healthy = { ...context, stack: "ops" };
    expect(await checks["release-rehearsed"](healthy)).toMatchObject({
      verdict: "fail",
      evidence: "no complete report of rollback",
    });
    const { clock, driver } = makeRelease("2.5.0", {});
    const options = {
      context,
      terminal,
      clock,
      traffic: driver,
      processes: [],
      calm: { samplingRate: 0.1, batchSize: 100 },
      pause: { streams: ["cqrs-app"], pipelines: ["cqrs-count-events"] },
    };
    const enabled = async () =>
      (await context.admin.pipelines.list()).filter((pipeline) => !pipeline.enabled).map(({ name }) => name);
    const { record, files } = await runRollback(options, {
      source: "operator",
      reason: "<b>too slow</b> | x",
    });
    expect(record.steps.map(({ status }) => status)).toEqual(["done", "done", "done", "done", "done"]);
    expect(await enabled()).toEqual(["cqrs-count-events"]);
    const review = await readFile(
      files.find((file) => file.endsWith(".md"))!,
      "utf8",
    );
    expect(review).not.toContain("<b>");
    expect(review).toContain("5% of traffic to 2.5.0");
    expect(review).toContain("Write failures");
    expect(review).toMatch(/\| \d{4}-[^|]+ \| 2\.5\.0 \|/);
    await expect(release("2.6.0", {})).rejects.toThrow("rolled back");
    await undoRollback(options);
    expect(await enabled()).toEqual([]);
    expect(await checks["release-rehearsed"](healthy)).toMatchObject({ verdict: "pass" });
  });
});
