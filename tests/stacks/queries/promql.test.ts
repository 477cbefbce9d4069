import { promql } from "@o2cqrs/stacks/queries";

describe("PromQL of a query", () => {
  it("selects by one value, by one of several, or by none of several", () => {
    expect(promql.series("up")).toBe("up");
    expect(promql.series("up", { env: "prod", type: ["A", "B"], service: { not: ["probe", "drill"] } })).toBe(
      'up{env="prod",type=~"(A|B)",service!~"(probe|drill)"}',
    );
  });

  it("selects by what is like a regular expression, by what is none of several, or by both", () => {
    expect(promql.series("up", { env: { like: "$env" }, service: { like: "a|b", not: ["probe"] } })).toBe(
      'up{env=~"($env)",service=~"(a|b)",service!~"(probe)"}',
    );
  });

  it("cannot be broken out of by a quote, a backslash or a line break in a value", () => {
    expect(promql.matcher(["type", 'a"b\\c\nd\ne'])).toBe(String.raw`type="a\"b\\c\nd\ne"`);
  });

  it("takes a value with a sign of regular expressions for that sign", () => {
    expect(promql.matcher(["le", ["300.0", "a+b*c"]])).toBe(String.raw`le=~"(300\\.0|a\\+b\\*c)"`);
  });

  it("writes lengths of time in the largest whole unit", () => {
    expect([0.5, 1, 90, 60, 360].map(promql.duration)).toEqual(["30s", "1m", "90m", "1h", "6h"]);
  });

  it("looks back by an offset, and writes none where there is none", () => {
    expect(promql.over("up", { minutes: 5 })).toBe("up[5m]");
    expect(promql.over("up", { minutes: 5, offsetMinutes: 2 })).toBe("up[5m] offset 2m");
    expect(promql.before("up", 0)).toBe("up");
  });

  it("aggregates over everything, or for each combination of labels", () => {
    expect(promql.sum("up")).toBe("sum(up)");
    expect(promql.avg("up")).toBe("avg(up)");
    expect(promql.avg("up", ["type", "handler"])).toBe("avg by (type, handler) (up)");
  });

  it("adds up a gauge's values over a range, which is how the pipeline's counts are read", () => {
    expect(promql.sumOverTime(promql.over("errors", { minutes: 60 }))).toBe("sum_over_time(errors[1h])");
  });

  it("takes a quantile from a histogram's buckets", () => {
    expect(promql.quantile(0.95, "latency", ["type"], { minutes: 5 })).toBe(
      "histogram_quantile(0.95, sum by (le, type) (rate(latency_bucket[5m])))",
    );
  });

  it("counts what is above a limit as all that is not up to it", () => {
    const within = String.raw`latency_bucket{le=~"(500|500\\.0)",env="prod"}[5m]`;
    const all = 'latency_count{env="prod"}[5m]';
    const above = [500, "latency", { minutes: 5 }, { env: "prod" }] as const;
    expect(promql.shareAbove(...above)).toBe(`1 - sum(rate(${within})) / sum(rate(${all}))`);
    expect(promql.countAbove(...above)).toBe(`sum(increase(${all})) - sum(increase(${within}))`);
  });

  it("holds a figure to its limit at five looks back, and now leaves the comparison to the alert", () => {
    const figure = (offset: number) => promql.before("up", offset);
    expect(promql.held(figure, "<", 1, 10)).toBe(
      "up and (up offset 2m < 1) and (up offset 4m < 1) and (up offset 6m < 1) and (up offset 8m < 1) and (up offset 10m < 1)",
    );
  });
});
