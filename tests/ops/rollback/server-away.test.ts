import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../ops/gate/clock.js";
import { rollbackStateFile } from "../../../ops/gate/run-gate.js";
import { type RollbackRecord, rollbackRecord } from "../../../ops/rollback/record.js";
import { runRollback } from "../../../ops/rollback/run-rollback.js";
import { openVerifyContext } from "../../../ops/verify/context.js";
import { awayStack } from "../support/away-stack.js";
import { deployedBefore, nowhere } from "../support/deployed-before.js";

jest.setTimeout(120_000);

const deployer = deployedBefore(nowhere);

describe("a rollback while OpenObserve is away", () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "o2cqrs-away-"))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const open = (evenUnreachable: boolean) =>
    openVerifyContext({
      session: { env: {}, projectRoot: folder, signal: new AbortController().signal },
      deployer,
      stack: "away",
      since: { text: "30m", milliseconds: 1_800_000 },
      evenUnreachable,
    });

  test("takes the traffic away, says what it could not do, and drafts its review", async () => {
    await expect(open(false)).rejects.toMatchObject({ exitCode: 3 });
    const context = await open(true);
    const shares: number[] = [];
    const { record, files } = await runRollback(
      {
        context,
        terminal: { note: () => undefined, redact: (text) => text },
        clock: systemClock,
        traffic: {
          title: "a load balancer",
          read: () => Promise.resolve(25),
          set: (percent) => Promise.resolve(void shares.push(percent)),
          close: () => Promise.resolve(),
        },
        processes: [],
        calm: { samplingRate: 0.1, batchSize: 100 },
        pause: { streams: ["cqrs-app"], pipelines: [] },
      },
      { source: "operator", reason: "telemetry is interrupted" },
    ).finally(() => context.close());
    expect(shares).toEqual([0]);
    expect(record.steps.map(({ id, status }) => [id, status])).toEqual([
      ["traffic", "done"],
      ["calm", "done"],
      ["pause", "failed"],
      ["clear", "done"],
      ["collection", "failed"],
    ]);
    const review = await readFile(
      files.find((file) => file.endsWith(".md"))!,
      "utf8",
    );
    expect(review).toContain("The figures could not be read");
  });
});

describe("o2cqrs rollback --undo while OpenObserve is away", () => {
  let away: Awaited<ReturnType<typeof awayStack>>;
  beforeEach(async () => (away = await awayStack("prod")));
  afterEach(() => away.remove());

  /** What a rollback left behind that had paused so many pipelines. */
  async function rolledBack(pipelines: readonly { id: string; name: string }[]): Promise<void> {
    const record: RollbackRecord = {
      format: 1,
      kind: "rollback",
      id: "20260101T000000Z",
      stack: "prod",
      trigger: { source: "operator", reason: "it is slow" },
      dryRun: false,
      startedAt: Date.UTC(2026, 0, 1),
      endedAt: Date.UTC(2026, 0, 1, 1),
      steps: [
        { id: "traffic", status: "done", memory: { percent: 25 } },
        { id: "calm", status: "done", memory: { settings: {} } },
        { id: "pause", status: "done", memory: { settings: {}, pipelines: [...pipelines] } },
        { id: "clear", status: "done", memory: {} },
        { id: "collection", status: "done" },
      ],
    };
    await away.store.write(rollbackStateFile, JSON.stringify(record));
  }

  test("gives the traffic back, says what is left and what to do, and records no undoing", async () => {
    await rolledBack([{ id: "1", name: "cqrs-enrich" }]);
    const { code, said } = await away.run("rollback", "--undo", "--with-traffic", ...away.traffic);
    expect(said).toMatch(
      /Not everything is undone: Pause noisy streams: http:\/\/127\.0\.0\.1:9 cannot be reached/,
    );
    expect(said).toMatch(/What to do: Wait for OpenObserve.*run the same command again/);
    expect(said).not.toContain("    at ");
    expect(code).toBe(3);
    expect(await away.shares()).toEqual([25]);
    const left = await away.store.read(rollbackStateFile, rollbackRecord);
    expect(left?.undoneAt).toBeUndefined();
    expect(left?.steps.map(({ status }) => status)).toEqual(["undone", "undone", "done", "done", "done"]);
    expect(await readdir(away.store.folder)).toEqual([rollbackStateFile]);
  });

  test("needs no OpenObserve where no pipeline is off", async () => {
    await rolledBack([]);
    const { code } = await away.run("rollback", "--undo");
    expect(code).toBe(0);
    expect(await away.store.has(rollbackStateFile)).toBe(false);
  });
});

describe("o2cqrs rollback --dry-run", () => {
  test("says what each step would act on, and that nothing was changed", async () => {
    const away = await awayStack("prod");
    const { stdout, said, code } = await away.run("rollback", "--dry-run").finally(() => away.remove());
    const flat = stdout.replace(/\s+/g, " ");
    expect(flat).toContain("would move nothing: --traffic names nothing that moves traffic");
    expect(flat).toContain("would be taken in no process: --control names none");
    expect(said).toMatch(/1 steps failed: Pause noisy streams\. Nothing was changed\./);
    expect(code).toBe(1);
  });
});

test("a server that may well be away is asked three times, not five, by whoever rolls back", async () => {
  let asked = 0;
  const busy = createServer((request, response) => {
    asked++;
    request.resume();
    response.writeHead(503).end("no");
  });
  busy.listen(0, "127.0.0.1");
  await once(busy, "listening");
  const url = `http://127.0.0.1:${(busy.address() as AddressInfo).port}`;
  const context = await openVerifyContext({
    session: { env: {}, projectRoot: "/nonexistent", signal: new AbortController().signal },
    deployer: deployedBefore(url),
    stack: "away",
    since: { text: "30m", milliseconds: 1_800_000 },
    evenUnreachable: true,
  });
  for (const server of [context.admin, context.app]) {
    asked = 0;
    await expect(server.pipelines.list()).rejects.toThrow("503");
    expect(asked).toBe(3);
  }
  await context.close();
  const closed = once(busy, "close");
  busy.close();
  await closed;
});
