import {
  type BurnRate,
  burnRates,
  durationBuckets,
  metrics,
  type Objective,
  objectives,
  thresholds,
} from "@o2cqrs/contract";

const all: Objective[] = Object.values(objectives);

describe("the objectives", () => {
  it("promise availability and latency of each bus over 30 days", () => {
    expect(all.map(({ bus, kind, periodDays }) => `${bus} ${kind} ${periodDays}`)).toEqual(
      ["command", "query", "event"].flatMap((bus) => [`${bus} availability 30`, `${bus} latency 30`]),
    );
  });

  it("promise three nines of answers, and what a p95 means of fast ones", () => {
    for (const { kind, target } of all) expect(target).toBe(kind === "availability" ? 0.999 : 0.95);
  });

  it("call slow what the alerts on p95 call slow, at a bound of the histogram's buckets", () => {
    expect(objectives.commandLatency.source.limitMs).toBe(thresholds.commandLatencyP95.value);
    expect(objectives.queryLatency.source.limitMs).toBe(thresholds.queryLatencyP95.value);
    for (const { source } of all)
      if (source.kind === "histogram") expect(durationBuckets).toContain(source.limitMs);
  });

  it("count by a status where the metric has one, and else in the logs", () => {
    const labelsOf = (name: string): readonly string[] =>
      Object.values(metrics).find((metric) => metric.name === name)?.labels ?? [];
    for (const { kind, bus, source } of all) {
      expect(source.metric).toMatch(new RegExp(`^cqrs_${bus}_`));
      if (kind === "availability")
        expect(source.kind).toBe(labelsOf(source.metric).includes("status") ? "status" : "derivedErrors");
      else expect(source.kind).toBe(bus === "event" ? "derivedSlow" : "histogram");
      if (source.kind === "status") expect(source.errorStatus).toBe("error");
    }
  });

  it("count events against how many were handled, and call them slow from a second on", () => {
    expect(objectives.eventLatency.source).toEqual({
      kind: "derivedSlow",
      metric: metrics.eventHandleTotal.name,
      limitMs: 1000,
    });
  });
});

describe("the burn rates", () => {
  /** Share of a budget of 30 days that is spent in the long window at the rate's pace. */
  const spent = ({ factor, longWindowMinutes }: BurnRate) => (factor * longWindowMinutes) / (30 * 24 * 60);

  it("are those of the SRE Workbook: 2% of the budget in an hour, 5% in six", () => {
    expect(spent(burnRates.fast)).toBeCloseTo(0.02, 6);
    expect(spent(burnRates.slow)).toBeCloseTo(0.05, 6);
    expect([burnRates.fast.longWindowMinutes, burnRates.slow.longWindowMinutes]).toEqual([60, 360]);
  });

  it("look at a short window too, a twelfth of the long one", () => {
    for (const { longWindowMinutes, shortWindowMinutes } of Object.values(burnRates))
      expect(shortWindowMinutes * 12).toBe(longWindowMinutes);
  });

  it("wait for ten bad operations, as one of twenty says little, and wake people for the fast one", () => {
    expect(Object.values(burnRates).map(({ minBadOperations }) => minBadOperations)).toEqual([10, 10]);
    expect([burnRates.fast.severity, burnRates.slow.severity]).toEqual(["critical", "high"]);
  });
});
