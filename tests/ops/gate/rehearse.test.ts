import { exitCodes } from "../../../ops/cli/errors.js";
import { outcomeError } from "../../../ops/gate/outcome-error.js";
import { type GateRecord } from "../../../ops/gate/record.js";
import { rehearsal } from "../../../ops/gate/rehearse.js";
import { outcomeLine } from "../../../ops/gate/report/summary.js";
import { newRecord } from "./new-record.js";
import { type Behaviour, Simulation } from "./simulation.js";

const now = Date.UTC(2026, 0, 1);
const window = { start: now - 900_000, end: now };

const record = newRecord();

function rehearse(canary: Behaviour, stable: Behaviour, { percent = 50, minSample = 50 } = {}): GateRecord {
  const observation = new Simulation(1).observe(canary, stable, percent, window);
  return rehearsal(
    { ...record, settings: { ...record.settings, minSample } },
    { observation, percent, window },
  );
}

describe("a rehearsal of a gate", () => {
  test("says what the gate would do, from figures of both versions", () => {
    const good = rehearse({}, {});
    expect(good.outcome).toEqual({
      kind: "rehearsed",
      at: now,
      reason: "would promote: every figure is good",
    });
    expect(outcomeError(good)).toBeUndefined();
    expect(rehearse({ queryMs: 400 }, {}).outcome).toMatchObject({
      kind: "rehearsed",
      reason: expect.stringMatching(/^would rollback: .*Query p95/),
    });
  });

  test.each<[string, Behaviour, Behaviour, string]>([
    [
      "no version",
      { silent: true },
      { silent: true },
      "Query p95 has 0 of the canary and 0 of the stable version",
    ],
    [
      "the stable version alone",
      { silent: true },
      {},
      "Query p95 has 0 of the canary and 3000 of the stable version",
    ],
    [
      "the canary alone",
      {},
      { silent: true },
      "Query p95 has 3000 of the canary and 0 of the stable version",
    ],
  ])("with data of %s is none, names every figure that lacks them, and fails", (_, canary, stable, lack) => {
    const empty = rehearse(canary, stable);
    expect(empty.outcome).toMatchObject({
      kind: "unrehearsed",
      reason: expect.stringMatching(/^nothing could be compared, 50 operations of each version are needed: /),
    });
    expect(empty.outcome?.reason).toContain(lack);
    for (const title of ["Query p95", "Command p95", "Event error rate", "Cache hit ratio"])
      expect(empty.outcome?.reason).toContain(`${title} has `);
    expect(outcomeLine(empty)).toBe("Release 2.0.0 (stable 1.0.0): not rehearsed");
    expect(outcomeError(empty)).toMatchObject({
      exitCode: exitCodes.failed,
      cure: expect.stringContaining("rehearse again"),
    });
  });

  test("names the figures that it could not compare, where it could compare others", () => {
    const { outcome } = rehearse({}, {}, { percent: 5, minSample: 100 });
    expect(outcome?.kind).toBe("rehearsed");
    expect(outcome?.reason).toContain(
      "; not compared: Command p95 has 75 of the canary and 1425 of the stable version; Command error rate has 75",
    );
    expect(rehearse({}, {}, { percent: 5 }).outcome?.reason).not.toContain("not compared");
  });
});
