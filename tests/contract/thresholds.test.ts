import {
  acceptance,
  acceptanceItems,
  canary,
  derivedMetricRecord,
  durationBuckets,
  metrics,
  spanName,
  spans,
  thresholds,
} from "@o2cqrs/contract";

describe("metrics", () => {
  it("are the eleven of the plan with their labels", () => {
    expect(Object.values(metrics).map(({ name, labels }) => `${name}{${labels.join(",")}}`)).toEqual([
      "cqrs_command_total{type,status}",
      "cqrs_command_duration_ms{type,handler}",
      "cqrs_command_retry_total{type}",
      "cqrs_query_total{type,cache_hit}",
      "cqrs_query_duration_ms{type,handler}",
      "cqrs_query_cache_hit_ratio{type}",
      "cqrs_event_published_total{type}",
      "cqrs_event_handle_total{type,status}",
      "cqrs_event_dlq_total{type}",
      "cqrs_inflight_operations{kind}",
      "cqrs_background_refresh_active{type}",
    ]);
  });

  it("have buckets exactly at both latency thresholds, and ones at most 50 ms apart around them", () => {
    const bounds: readonly number[] = durationBuckets;
    for (const threshold of [thresholds.queryLatencyP95.value, thresholds.commandLatencyP95.value]) {
      const index = bounds.indexOf(threshold);
      expect(index).toBeGreaterThan(0);
      expect(threshold - bounds[index - 1]!).toBeLessThanOrEqual(50);
      expect(bounds[index + 1]! - threshold).toBeLessThanOrEqual(50);
    }
  });

  it("have strictly rising bucket bounds", () => {
    const bounds: readonly number[] = durationBuckets;
    expect(bounds).toEqual([...new Set(bounds)].sort((a, b) => a - b));
  });
});

describe("thresholds", () => {
  it("are the plan's five, with windows and severities", () => {
    expect(
      Object.values(thresholds).map((t) => [t.metric, t.operator, t.value, t.windowMinutes, t.severity]),
    ).toEqual([
      ["cqrs_query_duration_ms", ">", 300, 10, "high"],
      ["cqrs_command_duration_ms", ">", 500, 10, "high"],
      ["cqrs_command_total", ">", 0.01, 5, "critical"],
      ["cqrs_event_dlq_total", ">", 0, 0, "critical"],
      ["cqrs_query_cache_hit_ratio", "<", 0.5, 15, "medium"],
    ]);
  });

  it("leave an accepted release a margin over the alert on the hit ratio", () => {
    expect(acceptance.minCacheHitRatio).toBeGreaterThan(thresholds.queryCacheHitRatio.value);
  });

  it("raise canary traffic step by step to all of it", () => {
    expect(canary.trafficPercent).toEqual([5, 25, 50, 100]);
  });
});

describe("a row of the metrics stream", () => {
  const row = { metric_name: "cqrs_error_count", metric_value: "12", value: 12, bus: "command", type: "T" };
  const takes = (change: object) =>
    derivedMetricRecord.safeParse({ ...row, service: "orders", env: "dev", ...change }).success;

  it("says how many, as text and as a number, of what", () => {
    expect(takes({})).toBe(true);
    for (const change of [
      { metric_value: "x1" },
      { metric_value: "1x" },
      { metric_value: "" },
      { value: -1 },
      { metric_name: "cqrs_other" },
      { user: "u" },
    ])
      expect(takes(change)).toBe(false);
  });
});

describe("the items of acceptance", () => {
  it("are measured against the contract's figures", () => {
    expect(acceptanceItems["query-latency"].threshold).toBe("p95 ≤ 300 ms over 24 h");
    expect(acceptanceItems["command-errors"].threshold).toBe("error rate ≤ 1%");
    expect(acceptanceItems["alert-drill"].threshold).toBe("hit rate ≥ 95%, false positives < 5%");
    expect(acceptanceItems["metrics-labelled"].threshold).toBe("11 metrics");
    for (const { threshold } of Object.values(acceptanceItems)) expect(threshold).toMatch(/^\S.*\S$|^0$/);
  });

  it("stand each on a list of the plan", () => {
    for (const { lists } of Object.values(acceptanceItems)) expect(lists.length).toBeGreaterThan(0);
  });
});

describe("spans", () => {
  it("are named by kind and type", () => {
    expect(spanName("command", "PlaceOrder")).toBe("command.PlaceOrder");
    expect(Object.keys(spans)).toEqual(["command", "query", "event"]);
  });
});
