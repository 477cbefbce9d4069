import { type GateRecord } from "../../../ops/gate/record.js";
import { gateStateFile, rollbackStateFile } from "../../../ops/gate/run-gate.js";
import { standingOf } from "../../../ops/gate/standing.js";
import { awayStack } from "../support/away-stack.js";
import { newRecord } from "./new-record.js";

jest.setTimeout(240_000);

const startedAt = Date.UTC(2026, 0, 1);
const steps = [5, 25].map((percent, index) => ({
  percent,
  since: startedAt + index * 900_000,
  looks: [],
}));

const observing = (changes: Partial<GateRecord> = {}): GateRecord =>
  newRecord({
    stack: "prod",
    traffic: "a load balancer",
    startedAt,
    phase: { kind: "observing", step: 1 },
    steps,
    ...changes,
  });

describe("where a release stands, by the record of its gate:", () => {
  test.each<[string, Partial<GateRecord>]>([
    [
      "was beginning step 1 of 4: the canary has 0% or already 5% of the traffic",
      { phase: { kind: "shifting", step: 0 }, steps: [] },
    ],
    [
      "was beginning step 3 of 4: the canary has 25% or already 50% of the traffic",
      { phase: { kind: "shifting", step: 2 } },
    ],
    [
      "was beginning step 2 of 4: the canary has 25% of the traffic",
      { phase: { kind: "shifting", step: 1 } },
    ],
    [
      "was observing step 2 of 4: the canary has 25% of the traffic since 2026-01-01T00:15:00.000Z",
      { phase: { kind: "observing", step: 1 } },
    ],
    [
      "was rolling back (too slow): the canary has 25% of the traffic, or none already",
      { phase: { kind: "rollingBack", reason: "too slow" } },
    ],
    [
      "was held at step 2 of 4: the canary has 25% of the traffic since 2026-01-01T00:15:00.000Z",
      { phase: { kind: "ended" }, outcome: { kind: "held", at: startedAt, reason: "unclear" } },
    ],
    [
      "was rolled back: the canary has no traffic",
      { phase: { kind: "ended" }, outcome: { kind: "rolledBack", at: startedAt, reason: "bad" } },
    ],
  ])("%s", (words, changes) => {
    expect(standingOf(observing(changes))).toBe(
      `Gate 20260101T000000Z of release 2.0.0 (stable 1.0.0) ${words}, moved by: a load balancer`,
    );
  });
});

describe("a gate that was killed, while OpenObserve is away", () => {
  let away: Awaited<ReturnType<typeof awayStack>>;
  beforeAll(async () => {
    away = await awayStack("prod");
    await away.store.write(gateStateFile, JSON.stringify(observing()));
  });
  afterAll(() => away.remove());

  test("says at which step it was, what traffic the canary has, and the way back; and moves nothing", async () => {
    const { code, said } = await away.run("gate", "--canary", "2.0.0", ...away.traffic);
    expect(said).toMatch(/OpenObserve at http:\/\/127\.0\.0\.1:9 cannot be reached/);
    expect(said).toContain("observing step 2 of 4: the canary has 25% of the traffic since 2026-01-01");
    expect(said).toMatch(
      /What to do: .* no server is needed: o2cqrs rollback --stack prod --traffic command --hook '\[/,
    );
    expect(said).not.toContain("    at ");
    expect(code).toBe(3);
    expect(await away.shares()).toEqual([]);
    expect(await away.store.has(gateStateFile)).toBe(true);
  });

  test("has its traffic taken back by the rollback that it names, and is over", async () => {
    const { stdout, said, code } = await away.run("rollback", "--reason", "away", ...away.traffic);
    expect(await away.shares()).toEqual([0]);
    expect(stdout).toMatch(/Give all traffic to the previous version +done +0% to the canary, before 25%/);
    // What needs the server is told, to be taken when it is back.
    expect(said).toMatch(/2 steps failed: Pause noisy streams; See that the key streams are collected\./);
    expect(said).toMatch(/Traffic: 0% to the canary, before 25%; command /);
    expect(code).toBe(1);
    expect(await away.store.has(gateStateFile)).toBe(false);
    expect(await away.store.has(rollbackStateFile)).toBe(true);
  });
});
