import { canary as plan } from "@o2cqrs/contract";
import { Gate, resumed, type GateParts } from "../../../ops/gate/gate.js";
import { type GateRecord, gateRecord } from "../../../ops/gate/record.js";
import { gateSettings, type GateSettingsInput } from "../../../ops/gate/settings.js";
import { newRecord } from "./new-record.js";
import { type Behaviour, Simulation, VirtualClock } from "./simulation.js";

const minute = 60_000;

interface Release {
  readonly canary?: Behaviour;
  readonly stable?: Behaviour;
  /** Behaviour of the canary from this share of traffic on; before it is healthy. */
  readonly from?: number;
  readonly seed?: number;
  readonly settings?: GateSettingsInput;
}

const recordWith = (settings: GateSettingsInput = {}): GateRecord =>
  newRecord({ settings: gateSettings.parse(settings) });

function makeGate(release: Release, record = recordWith(release.settings), changes: Partial<GateParts> = {}) {
  const clock = new VirtualClock(record.startedAt);
  const simulation = new Simulation(release.seed ?? 1);
  const traffic: number[] = [];
  const saved: GateRecord[] = [];
  const parts: GateParts = {
    clock,
    traffic: {
      title: "simulated",
      read: () => Promise.resolve(traffic.at(-1)),
      set: (percent) => {
        traffic.push(percent);
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    },
    observe: (window) => {
      const percent = traffic.at(-1) ?? 0;
      const canary = percent >= (release.from ?? 0) ? (release.canary ?? {}) : {};
      return Promise.resolve(simulation.observe(canary, release.stable ?? {}, percent, window));
    },
    save: (changed) => {
      saved.push(gateRecord.parse(JSON.parse(JSON.stringify(changed))));
      return Promise.resolve();
    },
    mayGoOn: () => Promise.resolve(),
    progress: () => undefined,
    signal: new AbortController().signal,
    ...changes,
  };
  return { run: () => new Gate(record, parts).run(), traffic, saved, clock };
}

async function run(release: Release) {
  const gate = makeGate(release);
  const record = await gate.run();
  const last = record.steps.at(-1)!;
  return { ...gate, record, outcome: record.outcome!, last, minutes: (last.endedAt! - last.since) / minute };
}

describe("a good release", () => {
  test("is promoted through the plan's steps, each observed for a quarter of an hour", async () => {
    const { outcome, traffic, record } = await run({});
    expect(outcome.kind).toBe("promoted");
    expect(traffic).toEqual(plan.trafficPercent);
    for (const { since, endedAt } of record.steps) expect((endedAt! - since) / minute).toBe(15);
    expect(outcome.at - record.startedAt).toBe(60 * minute);
  });

  test("is not stopped by noise: of forty all are promoted", async () => {
    const seeds = Array.from({ length: 40 }, (_, index) => index + 100);
    const settings = { intervalMs: 5 * minute };
    const outcomes = await Promise.all(
      seeds.map(async (seed) => (await run({ seed, settings, canary: { errorRate: 0.004 } })).outcome.kind),
    );
    expect(outcomes.filter((kind) => kind === "rolledBack")).toEqual([]);
    expect(outcomes.filter((kind) => kind === "promoted").length).toBeGreaterThanOrEqual(39);
  });

  test("that is faster than the stable one is promoted as well", async () => {
    expect((await run({ canary: { queryMs: 10 }, stable: { queryMs: 60 } })).outcome.kind).toBe("promoted");
  });
});

describe("a bad release is rolled back", () => {
  const bad: readonly (readonly [string, Behaviour, RegExp, number])[] = [
    ["slow queries, after the ten minutes of their threshold", { queryMs: 250 }, /Query p95/, 10],
    ["slow commands, after ten minutes", { commandMs: 400 }, /Command p95/, 10],
    ["failing commands, after five minutes", { errorRate: 0.1 }, /(Command|Query) error rate/, 5],
    ["a cold cache, after a quarter of an hour", { hitRatio: 0.05 }, /Cache hit ratio/, 15],
    ["dead letters, at the first look", { deadLetterRate: 0.2 }, /Dead letters/, 1],
    ["lost records, at the first look", { lostRecords: 12 }, /Write failures/, 1],
    ["records that do not arrive, after five minutes", { silent: true }, /no record arrives/, 5],
    ["lost exports, after two minutes", { lostExports: 3 }, /exports were lost/, 2],
    [
      "metrics that stopped, as soon as there are operations enough",
      { metricsAgeMs: 600_000 },
      /newest metric/,
      2,
    ],
  ];

  test.each(bad)("for %s", async (_, canary, reason, after) => {
    const { outcome, traffic, minutes } = await run({ canary });
    expect(outcome.kind).toBe("rolledBack");
    expect(outcome.reason).toMatch(reason);
    expect(traffic).toEqual([5, 0]);
    expect(minutes).toBeGreaterThanOrEqual(after);
    expect(minutes).toBeLessThanOrEqual(after + 5);
  });

  test.each(plan.trafficPercent)("at the step where it turns bad: %i%%", async (from) => {
    const { traffic, last } = await run({ canary: { errorRate: 0.2 }, from });
    const before = plan.trafficPercent.filter((percent) => percent <= from);
    expect(traffic).toEqual([...before, 0]);
    expect(last.percent).toBe(from);
  });
});

describe("a release is held, for a person to decide,", () => {
  test("when there are too few operations to say anything", async () => {
    const { outcome, traffic, minutes } = await run({ settings: { minSample: 100_000 } });
    expect(outcome).toMatchObject({ kind: "held", reason: expect.stringContaining("are needed") });
    expect(traffic).toEqual([5]);
    expect(minutes).toBe(30);
  });

  test("when the stable version suffers as well: the cause is not the release", async () => {
    const { outcome } = await run({ canary: { queryMs: 400 }, stable: { queryMs: 400 } });
    expect(outcome).toMatchObject({
      kind: "held",
      reason: expect.stringContaining("the cause is not this release"),
    });
  });

  test("when it is within its limits, but clearly worse than the stable version", async () => {
    const { outcome } = await run({ canary: { queryMs: 60 }, stable: { queryMs: 20 } });
    expect(outcome).toMatchObject({ kind: "held", reason: expect.stringContaining("worse than the stable") });
  });
});

describe("a gate that cannot see", () => {
  test("goes on when it sees again soon", async () => {
    let looks = 0;
    const simulation = new Simulation(3);
    const gate = makeGate({}, undefined, {
      observe: (window) => {
        if (++looks % 5 === 2) return Promise.reject(new Error("the server restarts"));
        return Promise.resolve(simulation.observe({}, {}, 25, window));
      },
    });
    expect((await gate.run()).outcome?.kind).toBe("promoted");
  });

  test("rolls back after five minutes: traffic never stays on a release that no one watches", async () => {
    const gate = makeGate({}, undefined, { observe: () => Promise.reject(new Error("connection refused")) });
    const { outcome } = await gate.run();
    expect(outcome).toMatchObject({
      kind: "rolledBack",
      reason: expect.stringContaining("connection refused"),
    });
    expect(outcome!.at - Date.UTC(2026, 0, 1)).toBe(5 * minute);
    expect(gate.traffic).toEqual([5, 0]);
  });
});

describe("a gate that ends early", () => {
  test("goes on from every record that it ever saved, to the same outcome", async () => {
    const first = makeGate({
      canary: { deadLetterRate: 0.1 },
      from: 50,
      settings: { intervalMs: 5 * minute },
    });
    await first.run();
    for (const record of first.saved) {
      const again = makeGate(
        { canary: { deadLetterRate: 0.1 }, from: 50 },
        resumed(record, record.startedAt),
      );
      const ended = await again.run();
      expect(ended.outcome?.kind).toBe("rolledBack");
      expect(ended.resumedAt).toHaveLength(1);
      expect(again.traffic.filter((percent) => percent > 50)).toEqual([]);
      expect(again.traffic.at(-1) ?? 0).toBe(0);
    }
  });

  test("observes a held step afresh", async () => {
    const held = await run({ settings: { minSample: 100_000 } });
    const record = resumed({ ...held.record, settings: gateSettings.parse({}) }, held.clock.now());
    const again = makeGate({}, record);
    expect((await again.run()).outcome?.kind).toBe("promoted");
    expect(again.traffic).toEqual(plan.trafficPercent);
  });

  test("is interrupted between two looks, and says in its record where it is", async () => {
    const controller = new AbortController();
    const gate = makeGate({}, undefined, {
      signal: controller.signal,
      progress: (line) => {
        if (line.startsWith("25%")) controller.abort(new Error("interrupted"));
      },
    });
    await expect(gate.run()).rejects.toThrow("interrupted");
    expect(gate.saved.at(-1)!.phase).toEqual({ kind: "observing", step: 1 });
    expect(gate.traffic).toEqual([5, 25]);
  });

  test("takes its share back when a rollback began while it was being moved", async () => {
    let rolledBack = false;
    const traffic: number[] = [];
    const gate = makeGate({}, undefined, {
      traffic: {
        title: "slow",
        read: () => Promise.resolve(traffic.at(-1)),
        set: (percent) => {
          if (percent === 25) {
            // The rollback says that it is there and sets its 0%; then the hook of the gate ends.
            rolledBack = true;
            traffic.push(0);
          }
          traffic.push(percent);
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      },
      observe: (window) => Promise.resolve(new Simulation(1).observe({}, {}, 25, window)),
      mayGoOn: () => (rolledBack ? Promise.reject(new Error("rolled back")) : Promise.resolve()),
    });
    await expect(gate.run()).rejects.toThrow("rolled back");
    expect(traffic).toEqual([5, 0, 25, 0]);
  });

  test("says loudly when traffic cannot be taken back, and stays ready to do it", async () => {
    const gate = makeGate({ canary: { lostRecords: 1 } }, undefined, {
      traffic: {
        title: "broken",
        read: () => Promise.resolve(undefined),
        set: (percent) => (percent === 0 ? Promise.reject(new Error("no route")) : Promise.resolve()),
        close: () => Promise.resolve(),
      },
      observe: (window) => Promise.resolve(new Simulation(1).observe({ lostRecords: 1 }, {}, 5, window)),
    });
    await expect(gate.run()).rejects.toThrow("The canary still has traffic: no route");
    expect(gate.saved.at(-1)!.phase.kind).toBe("rollingBack");
  });
});
