import { alerts } from "@o2cqrs/contract";
import { alertHistory } from "../../../ops/verify/checks/alerts.js";
import { type VerifyContext } from "../../../ops/verify/context.js";

const minute = 60_000_000;
const end = Date.UTC(2026, 0, 8) * 1000;

function contextWith(evaluatedAt: number | null, telemetryMinutes: number): VerifyContext {
  const list = Object.values(alerts).map(({ name }) => ({ name, last_triggered_at: evaluatedAt }));
  const row = telemetryMinutes === 0 ? { n: 0 } : { n: 9, first: end - telemetryMinutes * minute };
  return {
    admin: {
      alerts: { list: () => Promise.resolve(list) },
      telemetry: { search: () => Promise.resolve({ rows: [row] }) },
    },
    appConfig: { alerts: { enabled: true } },
    window: { start: end - 15 * minute, end },
  } as unknown as VerifyContext;
}

describe("the history of the alerts", () => {
  test("waits for the first evaluation of a new stack", async () => {
    for (const minutes of [0, 3])
      expect(await alertHistory(contextWith(0, minutes))).toMatchObject({ verdict: "notApplicable" });
  });

  test("fails where telemetry came for long and no alert was ever evaluated, or not for a week", async () => {
    for (const at of [0, null, end - 8 * 24 * 60 * minute])
      expect(await alertHistory(contextWith(at, 300))).toMatchObject({
        verdict: "fail",
        evidence: expect.stringContaining("with telemetry for 300 min"),
        cure: expect.stringContaining("alert manager"),
      });
  });

  test("passes where they were", async () => {
    expect(await alertHistory(contextWith(end - minute, 300))).toMatchObject({ verdict: "pass" });
  });
});
