import { metrics } from "@o2cqrs/contract";
import { backgroundRefresh } from "../../../ops/verify/checks/metrics.js";
import { type VerifyContext } from "../../../ops/verify/context.js";

interface Seen {
  readonly refreshes?: number;
  readonly inFlight?: number;
  readonly stale?: number;
  /** Samples of each gauge. */
  readonly samples?: number;
}

function contextWith({ refreshes = 0, inFlight = 0, stale = 0, samples = 60 }: Seen): VerifyContext {
  const most: Record<string, number> = {
    [metrics.backgroundRefreshActive.name]: refreshes,
    [metrics.inflightOperations.name]: inFlight,
  };
  const search = (sql: string) => {
    const stream = /FROM "(\w+)"/.exec(sql)?.[1] ?? "";
    return Promise.resolve({ rows: [{ n: samples, most: most[stream], old: stale }] });
  };
  return {
    admin: { telemetry: { search } },
    since: { text: "24h", milliseconds: 86_400_000 },
    window: { start: 0, end: 1 },
  } as unknown as VerifyContext;
}

describe("background refresh and de-duplication", () => {
  test.each<Seen>([
    { refreshes: 3, inFlight: 2 },
    { stale: 7, inFlight: 1 },
  ])("are visible when they were seen: %j", async (seen) => {
    expect(await backgroundRefresh(contextWith(seen))).toMatchObject({
      verdict: "pass",
      evidence: expect.stringContaining(`60 samples, at most ${seen.inFlight}`),
    });
  });

  test.each<[Seen, string]>([
    [{}, "no refresh in the background and no operation under way"],
    [{ inFlight: 2 }, "no refresh in the background was seen in the last 24h"],
    [{ refreshes: 2 }, "no operation under way, which others could join, was seen in the last 24h"],
  ])("are not shown by gauges that only said 0: %j", async (seen, reason) => {
    expect(await backgroundRefresh(contextWith(seen))).toMatchObject({
      verdict: "notApplicable",
      evidence: expect.stringContaining(reason),
    });
  });

  test("are not counted where there is no sample", async () => {
    expect(await backgroundRefresh(contextWith({ samples: 0, stale: 7 }))).toMatchObject({
      verdict: "fail",
      details: [metrics.backgroundRefreshActive.name, metrics.inflightOperations.name].map(
        (name) => `${name} has no sample in the last 24h`,
      ),
    });
  });
});
