import { NotFoundError, UnavailableError } from "@o2cqrs/providers/client";
import { type RollbackRecord, rollbackRecord, rollbackStepIds } from "../../../ops/rollback/record.js";
import { failedSteps, rollBack, type RollbackRun, undo } from "../../../ops/rollback/rollback.js";
import { OperatorError } from "../../../ops/cli/errors.js";
import { observeOnly } from "../../../ops/gate/traffic/driver.js";
import { type RollbackParts } from "../../../ops/rollback/steps.js";
import { VirtualClock } from "../gate/simulation.js";

/** A cluster in memory: what a rollback acts on, and how it is now. */
function makeWorld() {
  const world = {
    percent: 25,
    settings: { samplingRate: 0.5, batchSize: 500, pausedStreams: ["debug"] },
    pipelines: new Map([
      ["app-enrich", { stream: "cqrs_app", enabled: true }],
      ["app-off", { stream: "cqrs_app", enabled: false }],
      ["cqrs-mask-commands", { stream: "cqrs_commands", enabled: true }],
    ]),
    refreshers: 3,
    ingested: 0,
    broken: new Set<string>(),
    /** What a broken act is answered. */
    failure: (name: string): Error => new Error(`${name} is broken`),
    acts: [] as string[],
  };
  const act = <Result>(name: string, work: () => Result): Promise<Result> => {
    world.acts.push(name);
    if (world.broken.has(name)) return Promise.reject(world.failure(name));
    return Promise.resolve(work());
  };
  const parts: RollbackParts = {
    traffic: {
      title: "a simulated load balancer",
      read: () => Promise.resolve(world.percent),
      set: (percent) => act("traffic", () => void (world.percent = percent)),
      close: () => Promise.resolve(),
    },
    processes: [
      {
        url: "http://127.0.0.1:1",
        status: () =>
          Promise.resolve({
            service: "orders",
            version: "2",
            instance: "one",
            settings: world.settings,
            bufferedBytes: 0,
            refreshers: {},
            queues: {},
          }),
        change: (changes) =>
          act(Object.keys(changes).join(), () => {
            const before = world.settings;
            world.settings = { ...before, ...changes };
            return { before, after: world.settings };
          }),
        clear: () =>
          act("clear", () => {
            const refreshers = world.refreshers;
            world.refreshers = 0;
            return {
              refreshers: { queries: refreshers },
              queues: {},
              bufferedBytesBefore: 0,
              bufferedBytesAfter: 0,
            };
          }),
      },
    ],
    calm: { samplingRate: 0.1, batchSize: 100 },
    pause: { streams: ["cqrs-app"], pipelines: [] },
    admin: {
      pipelines: {
        list: () =>
          Promise.resolve(
            [...world.pipelines].map(([name, { stream, enabled }]) => ({
              pipeline_id: `id of ${name}`,
              version: 1,
              name,
              enabled,
              source: { source_type: "realtime", stream_name: stream },
              nodes: [],
              edges: [],
            })),
          ),
        setEnabled: (id: string, value: boolean) =>
          act("pipelines", () => {
            world.pipelines.get(id.replace("id of ", ""))!.enabled = value;
          }),
      },
    } as unknown as RollbackParts["admin"],
    app: {
      telemetry: { ingest: () => act("ingest", () => ({ successful: ++world.ingested })) },
    } as unknown as RollbackParts["app"],
    environment: "test",
    signal: new AbortController().signal,
  };
  return { world, parts };
}

function newRecord(): RollbackRecord {
  return {
    format: 1,
    kind: "rollback",
    id: "20260101T000000Z",
    stack: "test",
    trigger: { source: "operator", reason: "it is slow" },
    dryRun: false,
    startedAt: Date.UTC(2026, 0, 1),
    steps: rollbackStepIds.map((id) => ({ id, status: "pending" })),
  };
}

function runnerOf(parts: RollbackParts, saved: RollbackRecord[] = []): RollbackRun {
  return {
    parts,
    clock: new VirtualClock(),
    save: (record) => {
      saved.push(rollbackRecord.parse(JSON.parse(JSON.stringify(record))));
      return Promise.resolve();
    },
    progress: () => undefined,
  };
}

const statuses = ({ steps }: RollbackRecord) =>
  Object.fromEntries(steps.map(({ id, status }) => [id, status]));
const allDone = { traffic: "done", calm: "done", pause: "done", clear: "done", collection: "done" };

describe("a rollback", () => {
  test("takes the plan's steps: traffic, calm, pause, clear, collection", async () => {
    const { world, parts } = makeWorld();
    const record = await rollBack(newRecord(), runnerOf(parts));
    expect(statuses(record)).toEqual(allDone);
    expect(world).toMatchObject({
      percent: 0,
      settings: { samplingRate: 0.1, batchSize: 100, pausedStreams: ["debug", "cqrs-app"] },
      refreshers: 0,
      ingested: 3,
    });
    expect(world.pipelines.get("app-enrich")!.enabled).toBe(false);
  });

  test("never switches masking off, not even when the masked stream is the noisy one", async () => {
    const { world, parts } = makeWorld();
    const noisy = { ...parts, pause: { streams: ["cqrs-commands"], pipelines: [] } };
    expect(statuses(await rollBack(newRecord(), runnerOf(noisy)))).toEqual(allDone);
    expect(world.pipelines.get("cqrs-mask-commands")!.enabled).toBe(true);
    expect(world.settings.pausedStreams).toContain("cqrs-commands");
    const named = { ...parts, pause: { streams: [], pipelines: ["cqrs-mask-commands"] } };
    const refused = await rollBack(newRecord(), runnerOf(named));
    expect(refused.steps.find(({ id }) => id === "pause")).toMatchObject({
      status: "failed",
      detail: expect.stringContaining("masks personal data"),
    });
  });

  test("changes nothing when it is taken twice, and still remembers how it was", async () => {
    const { world, parts } = makeWorld();
    const first = await rollBack(newRecord(), runnerOf(parts));
    const acts = world.acts.length;
    const second = await rollBack(first, runnerOf(parts));
    expect(world.acts).toHaveLength(acts);
    expect(second.steps).toEqual(first.steps);
  });

  test("is taken in a process that is named only later, and the others' memory stays", async () => {
    const { world, parts } = makeWorld();
    const first = await rollBack(newRecord(), runnerOf({ ...parts, processes: [] }));
    expect(first.steps.find(({ id }) => id === "calm")?.detail).toContain("--control names none");
    expect(world.settings.samplingRate).toBe(0.5);
    const second = await rollBack(first, runnerOf(parts));
    expect(world).toMatchObject({
      settings: { samplingRate: 0.1, batchSize: 100, pausedStreams: ["debug", "cqrs-app"] },
      refreshers: 0,
    });
    const before = makeWorld().world;
    await undo(second, ["calm", "pause"], runnerOf(parts));
    expect(world.settings).toEqual(before.settings);
    expect(world.pipelines).toEqual(before.pipelines);
  });

  test("says so where nothing moves the traffic, and claims no share", async () => {
    const { parts } = makeWorld();
    const byHand = { ...parts, traffic: observeOnly, lastPercent: 25 };
    const record = await rollBack(newRecord(), runnerOf(byHand));
    const detail = (of: RollbackRecord) => of.steps.find(({ id }) => id === "traffic")?.detail;
    expect(detail(record)).toMatch(/^nothing was moved: .* by hand$/);
    expect(detail(await undo(record, rollbackStepIds, runnerOf(byHand)))).toMatch(
      /^nothing was moved, the canary had 25%: .* by hand$/,
    );
  });

  test("never raises what is lower already", async () => {
    const { world, parts } = makeWorld();
    world.settings = { samplingRate: 0.01, batchSize: 100, pausedStreams: [] };
    await rollBack(newRecord(), runnerOf(parts));
    expect(world.settings).toMatchObject({ samplingRate: 0.01, batchSize: 100 });
  });

  test.each(["traffic", "samplingRate,batchSize", "pausedStreams", "pipelines", "clear", "ingest"])(
    "takes the other steps when %s is broken, and that one when it is mended",
    async (broken) => {
      const { world, parts } = makeWorld();
      world.broken.add(broken);
      const first = await rollBack(newRecord(), runnerOf(parts));
      expect(Object.values(statuses(first)).filter((status) => status === "failed")).toHaveLength(1);
      expect(Object.values(statuses(first)).filter((status) => status === "done")).toHaveLength(4);
      world.broken.clear();
      expect(statuses(await rollBack(first, runnerOf(parts)))).toEqual(allDone);
      expect(world).toMatchObject({ percent: 0, settings: { samplingRate: 0.1 }, refreshers: 0 });
    },
  );
});

describe("undoing a rollback", () => {
  test("brings everything back to how it was, whichever record a crash left", async () => {
    const before = makeWorld().world;
    const { parts } = makeWorld();
    const saved: RollbackRecord[] = [];
    await rollBack(newRecord(), runnerOf(parts, saved));
    expect(saved.length).toBeGreaterThan(rollbackStepIds.length);
    for (const record of saved) {
      const { world, parts: again } = makeWorld();
      const ended = await rollBack(record, runnerOf(again));
      expect(statuses(ended)).toEqual(allDone);
      await undo(ended, rollbackStepIds, runnerOf(again));
      expect(world.percent).toBe(before.percent);
      expect(world.settings).toEqual(before.settings);
      expect(world.pipelines).toEqual(before.pipelines);
    }
  });

  test("leaves traffic where it is unless it is asked for", async () => {
    const { world, parts } = makeWorld();
    const record = await rollBack(newRecord(), runnerOf(parts));
    await undo(record, ["calm", "pause"], runnerOf(parts));
    expect(world).toMatchObject({ percent: 0, settings: { samplingRate: 0.5, pausedStreams: ["debug"] } });
  });

  test("forgets no process: one that is not named stops it, unless it is said to have ended", async () => {
    const { world, parts } = makeWorld();
    const record = await rollBack(newRecord(), runnerOf(parts));
    const unnamed = { ...parts, processes: [] };
    await expect(undo(record, ["calm", "pause"], runnerOf(unnamed))).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("http://127.0.0.1:1"),
      cure: expect.stringContaining("--control"),
    });
    expect(world.settings).toMatchObject({ samplingRate: 0.1 });
    const undone = await undo(
      record,
      ["calm", "pause"],
      runnerOf({ ...unnamed, ended: ["http://127.0.0.1:1"] }),
    );
    expect(undone.steps.find(({ id }) => id === "calm")).toMatchObject({ status: "undone" });
    expect(world.pipelines.get("app-enrich")!.enabled).toBe(true);
  });

  test("leaves alone what a process paused itself, where the rollback never reached it", async () => {
    const { world, parts } = makeWorld();
    const record = await rollBack(newRecord(), runnerOf({ ...parts, processes: [] }));
    await undo(record, ["calm", "pause"], runnerOf(parts));
    expect(world.settings.pausedStreams).toEqual(["debug"]);
  });

  test("has not failed when a step had failed that left nothing behind", async () => {
    const { world, parts } = makeWorld();
    world.broken.add("clear");
    const record = await rollBack(newRecord(), runnerOf(parts));
    expect(failedSteps(record)).toHaveLength(1);
    expect(failedSteps(await undo(record, ["calm", "pause"], runnerOf(parts)))).toEqual([]);
  });

  test("with OpenObserve away undoes what needs none, says what is left, and goes on with that", async () => {
    const { world, parts } = makeWorld();
    const record = await rollBack(newRecord(), runnerOf(parts));
    world.broken.add("pipelines");
    world.failure = () =>
      new UnavailableError({ method: "PUT", path: "/", address: "http://away", serverMessage: "refused" });
    const saved: RollbackRecord[] = [];
    await expect(undo(record, rollbackStepIds, runnerOf(parts, saved))).rejects.toMatchObject({
      name: "OperatorError",
      exitCode: 3,
      message: "Not everything is undone: Pause noisy streams: http://away cannot be reached: refused",
      cure: "Wait for OpenObserve, or start it. Then run the same command again: it goes on with what is left.",
    });
    const before = makeWorld().world;
    expect(world).toMatchObject({ percent: before.percent, settings: before.settings });
    const left = saved.at(-1)!;
    expect(left.undoneAt).toBeUndefined();
    expect(statuses(left)).toMatchObject({ traffic: "undone", calm: "undone", pause: "done" });

    world.broken.clear();
    world.acts = [];
    const ended = await undo(left, rollbackStepIds, runnerOf(parts));
    expect(statuses(ended)).toMatchObject({ traffic: "undone", calm: "undone", pause: "undone" });
    expect(world.acts).toEqual(["pausedStreams", "pipelines"]);
    expect(world.pipelines).toEqual(before.pipelines);
  });

  test("with a process away undoes the rest, and its exit code says what did not answer", async () => {
    const { world, parts } = makeWorld();
    const [process] = parts.processes;
    const other = { ...process!, url: "http://127.0.0.1:2" };
    const record = await rollBack(newRecord(), runnerOf({ ...parts, processes: [process!, other] }));
    const away = {
      ...process!,
      change: () =>
        Promise.reject(
          new OperatorError("The control endpoint did not answer", { exitCode: 3, cure: "See to it." }),
        ),
    };
    const half = { ...parts, processes: [away, other] };
    await expect(undo(record, ["calm", "pause"], runnerOf(half))).rejects.toMatchObject({
      exitCode: 3,
      message:
        "Not everything is undone: Pause noisy streams, Lower sampling and batch size: The control endpoint did not answer",
      cure: expect.stringContaining("See to it."),
    });
    expect(world.settings).toEqual(makeWorld().world.settings);
    expect(world.pipelines.get("app-enrich")!.enabled).toBe(true);
  });

  test("passes over a pipeline that was deleted meanwhile", async () => {
    const { world, parts } = makeWorld();
    const record = await rollBack(newRecord(), runnerOf(parts));
    world.broken.add("pipelines");
    world.failure = () => new NotFoundError({ method: "PUT", path: "/", status: 404, serverMessage: "none" });
    expect(statuses(await undo(record, ["pause"], runnerOf(parts)))).toMatchObject({ pause: "undone" });
  });

  test("does not switch on what was off before", async () => {
    const { world, parts } = makeWorld();
    await undo(await rollBack(newRecord(), runnerOf(parts)), rollbackStepIds, runnerOf(parts));
    expect(world.pipelines.get("app-off")!.enabled).toBe(false);
  });
});
