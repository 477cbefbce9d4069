import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { readFile } from "node:fs/promises";
import { alerts, type ControlStatus, envNames } from "@o2cqrs/contract";
import { type GateRecord, gateRecord } from "../../../ops/gate/record.js";
import { controlClient } from "../../../ops/rollback/control-client.js";
import { rollbackRecord } from "../../../ops/rollback/record.js";
import { type OrdersProcess, Shop } from "./shop.js";

/**
 * Releases as an operator does them: the platform is deployed by `npm start`, two versions of the orders service run
 * as processes, `o2cqrs` is a process of its own, and a command moves the traffic. Steps take seconds, not quarters
 * of an hour; all else is as in production.
 */
jest.setTimeout(600_000);
/** Far beyond what any of it takes. */
const longestWaitMs = 300_000;

let shop: Shop;
let stable: OrdersProcess;
/** Answers every write with a refusal. */
let refusing: Server;
const { signal } = new AbortController();

beforeAll(async () => {
  shop = await Shop.open();
  stable = await shop.start("stable", "1.0.0");
  refusing = createServer((request, response) => {
    request.resume();
    response.writeHead(400, { "content-type": "application/json" }).end('{"code":400,"message":"no"}');
  });
  refusing.listen(0, "127.0.0.1");
  await once(refusing, "listening");
});

afterAll(async () => {
  await shop.close();
  refusing.close();
  refusing.closeAllConnections();
});

/** Few customers, so the first step is a quarter of them: enough for a sample in seconds. */
const steps = [25, 50, 75, 100];
const shortened = [
  "--steps",
  steps.join(","),
  "--observe",
  "30s",
  "--at-most",
  "5m",
  "--interval",
  "5s",
  "--min-sample",
  "20",
];

const gate = (canary: string) =>
  shop.o2cqrs(
    "gate",
    "--canary",
    canary,
    "--stable",
    stable.version,
    ...shortened,
    ...shop.traffic,
    "--json",
  );

/** Where the write-failing version sends its records. */
const refusingUrl = () => `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;

/** What came of each release, for whoever runs this. */
const told: string[] = [];

afterAll(() => {
  process.stderr.write(`${told.join("\n")}\n`);
});

async function tell(name: string, { startedAt, outcome, steps }: GateRecord): Promise<void> {
  const seconds = (at: number) => `${((at - startedAt) / 1000).toFixed(1)} s`;
  const shifts = (await shop.shifts()).map(({ at, percent }) => `${percent}% at ${seconds(at)}`);
  told.push(
    `${name}: ${outcome?.kind} in step ${steps.length}: ${outcome?.reason}; traffic ${shifts.join(", ")}`,
  );
}

async function shares(): Promise<number[]> {
  return (await shop.shifts()).map(({ percent }) => percent);
}

describe("a release in a shop that runs", () => {
  beforeEach(() => shop.forgetShifts());

  test("is promoted step by step when it is good, though its gate is killed on the way", async () => {
    const canary = await shop.start("canary", "2.0.0");
    try {
      const killed = gate("2.0.0");
      await until(async () => {
        if (killed.child.exitCode !== null) throw new Error(JSON.stringify(await killed.ended));
        return (await shares()).includes(50);
      });
      killed.child.kill("SIGKILL");
      await killed.ended;
      const { code, stdout, stderr } = await gate("2.0.0").ended;
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      const record = gateRecord.parse(JSON.parse(withoutFiles(stdout)));
      expect(record.outcome?.kind).toBe("promoted");
      expect(record.resumedAt).toHaveLength(1);
      expect(await shares()).toEqual([25, 50, 50, 75, 100]);
      await tell("good", record);
    } finally {
      await canary.stop();
    }
  });

  /** Where chance decides when a fault is first seen, the step after may be where it is. */
  const bad: readonly {
    readonly name: string;
    readonly version: string;
    readonly faults?: string;
    readonly env?: () => Readonly<Record<string, string>>;
    readonly reason: RegExp;
    readonly latestStep: number;
  }[] = [
    { name: "slow to answer", version: "2.1.0", faults: "slow-queries", reason: /Query p95/, latestStep: 1 },
    { name: "slow to act", version: "2.2.0", faults: "slow-commands", reason: /Command p95/, latestStep: 1 },
    { name: "failing", version: "2.3.0", faults: "errors", reason: /Command error rate/, latestStep: 2 },
    { name: "cold", version: "2.4.0", faults: "cold-cache", reason: /Cache hit ratio/, latestStep: 1 },
    { name: "giving up events", version: "2.5.0", faults: "poison", reason: /Dead letters/, latestStep: 2 },
    {
      name: "losing its records",
      version: "2.6.0",
      env: () => ({ [envNames.url]: refusingUrl() }),
      reason: /Write failures/,
      latestStep: 1,
    },
    {
      name: "without metrics and spans",
      version: "2.7.0",
      env: () => ({
        [envNames.otlpMetrics]: "http://127.0.0.1:9/v1/metrics",
        [envNames.otlpTraces]: "http://127.0.0.1:9/v1/traces",
      }),
      reason: /OTLP/,
      latestStep: 1,
    },
  ];

  test.each(bad)(
    "has its traffic taken away at the first step that shows it when it is $name",
    async ({ name, version, faults = "", env, reason, latestStep }) => {
      const canary = await shop.start("canary", version, { faults, ...(env && { env: env() }) });
      try {
        const { code, stdout, stderr } = await gate(version).ended;
        expect({ code, stderr: code === 1 ? "" : stderr }).toEqual({ code: 1, stderr: "" });
        const record = gateRecord.parse(JSON.parse(withoutFiles(stdout)));
        await tell(name, record);
        expect(record.outcome).toMatchObject({ kind: "rolledBack", reason: expect.stringMatching(reason) });
        expect(record.steps.length).toBeLessThanOrEqual(latestStep);
        expect(await shares()).toEqual(steps.slice(0, record.steps.length).concat(0));
      } finally {
        await canary.stop();
      }
    },
  );
});

/** Looks again and again. @throws when it has waited for too long */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + longestWaitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`after ${longestWaitMs / 1000} s still not: ${String(holds)}`);
    await sleep(100);
  }
}

/** The record as it was written, without where. */
function withoutFiles(text: string): string {
  const answer = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify({ ...answer, files: undefined });
}

describe("a rollback in a shop that runs", () => {
  let canary: OrdersProcess;

  beforeAll(async () => {
    canary = await shop.start("canary", "3.0.0", { faults: "poison" });
  });

  beforeEach(() => shop.forgetShifts());

  afterAll(() => canary.stop());

  const both = () => [stable, canary];
  const status = (process: OrdersProcess): Promise<ControlStatus> =>
    controlClient(process.controlUrl, shop.controlToken).status(signal);
  const settings = async () => (await Promise.all(both().map(status))).map((each) => each.settings);
  const rollback = (...args: readonly string[]) => shop.o2cqrs("rollback", ...shop.traffic, ...args);
  const controls = () => ["--control", ...both().map(({ controlUrl }) => controlUrl)];

  /** Gives the canary a share as a release does, and waits until events of its have been given up. */
  async function release(): Promise<void> {
    const [command, ...args] = JSON.parse(shop.traffic.at(-1)!) as string[];
    spawnSync(
      command!,
      args.map((arg) => arg.replace("{percent}", "25")),
    );
    await until(async () => ((await status(canary)).queues.deadLetters ?? 0) > 0);
  }

  test("has control endpoints on this machine only, which tell a stranger nothing and obey none", async () => {
    for (const { controlUrl } of both()) {
      expect(new URL(controlUrl).hostname).toBe("127.0.0.1");
      const before = await settings();
      for (const authorization of [
        "",
        "Bearer wrong-token-of-some-length",
        `Basic ${btoa(shop.controlToken)}`,
      ])
        for (const [method, path] of [
          ["GET", "/v1/status"],
          ["PATCH", "/v1/settings"],
          ["POST", "/v1/clear"],
          ["GET", "/"],
        ] as const) {
          const body = method === "PATCH" ? '{"samplingRate":0}' : undefined;
          const answer = await fetch(controlUrl + path, {
            method,
            headers: { authorization },
            ...(body && { body }),
          });
          expect(answer.status).toBe(401);
          expect(await answer.json()).toEqual({ error: "the token is missing or wrong" });
        }
      expect(await settings()).toEqual(before);
    }
  });

  test("brings the previous version back, calms every process, and drafts the review; its undoing restores all", async () => {
    await release();
    const before = await settings();
    const { code, stdout, stderr } = await rollback(...controls(), "--reason", "mails bounce", "--json")
      .ended;
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const { files, ...rest } = JSON.parse(stdout) as { files: string[] };
    const record = rollbackRecord.parse(rest);
    expect(record.steps.map(({ id, status: state }) => [id, state])).toEqual([
      ["traffic", "done"],
      ["calm", "done"],
      ["pause", "done"],
      ["clear", "done"],
      ["collection", "done"],
    ]);
    expect(record.steps.find(({ id }) => id === "clear")?.detail).toMatch(/[1-9]\d* queue entr/);
    expect(await shares()).toEqual([25, 0]);
    told.push(`rollback by an operator: ${(record.endedAt! - record.startedAt) / 1000} s`);
    for (const now of await settings())
      expect(now).toEqual({ samplingRate: 0.1, batchSize: 100, pausedStreams: ["cqrs-app"] });
    const review = await readFile(
      files.find((file) => file.endsWith(".md"))!,
      "utf8",
    );
    expect(review).toContain("mails bounce");
    expect(review).toMatch(
      /Events in the dead-letter queue: 3\.0\.0|Dead letters[^\n]*3\.0\.0|dead[^\n]*3\.0\.0/i,
    );

    const again = await rollback(...controls(), "--json").ended;
    expect(again.code).toBe(0);
    expect(await shares()).toEqual([25, 0]);
    expect((await gate("3.0.0").ended).stderr).toContain("o2cqrs rollback --undo");

    const undone = await rollback(...controls(), "--undo").ended;
    expect(undone.code).toBe(0);
    expect(await settings()).toEqual(before);
    expect(await shares()).toEqual([25, 0]);
  });

  test("starts by itself when an alert's webhook says so, and listens until it is told to end", async () => {
    await release();
    const listening = rollback(...controls(), "--listen", "0");
    const url = await lineOf(listening.child.stderr!, /Listening for alerts at (\S+);/);
    expect(new URL(url).hostname).toBe("127.0.0.1");
    const alert = {
      alert: alerts.commandErrors.name,
      environment: "local",
      service: "orders",
      type: "PlaceOrder",
      summary: "Too many commands fail.",
      value: "0.11",
      threshold: "0.01",
    };
    const post = async (token: string) =>
      (
        await fetch(url, {
          method: "POST",
          headers: { authorization: `Bearer ${token}` },
          body: JSON.stringify(alert),
        })
      ).status;
    expect(await post("wrong-token-of-some-length")).toBe(401);
    expect(await shares()).toEqual([25]);
    const at = Date.now();
    expect(await post(shop.webhookToken)).toBe(202);
    await until(async () => (await shares()).at(-1) === 0);
    told.push(
      `rollback by an alert: traffic back ${((await shop.shifts()).at(-1)!.at - at) / 1000} s after it`,
    );
    await until(async () => (await settings()).every(({ pausedStreams }) => pausedStreams.length > 0));
    // One that is under way when it is told to end goes on when it is started again.
    listening.child.kill("SIGINT");
    expect((await listening.ended).code).toBe(130);
    expect((await rollback(...controls()).ended).code).toBe(0);
    expect((await rollback(...controls(), "--undo").ended).code).toBe(0);
  });
});

async function lineOf(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  for await (const line of createInterface(stream)) {
    const [, found] = pattern.exec(line) ?? [];
    if (found === undefined) continue;
    stream.resume();
    return found;
  }
  throw new Error("the line was never written");
}
