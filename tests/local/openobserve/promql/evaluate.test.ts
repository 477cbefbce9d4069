import {
  evaluateInstant,
  evaluateRange,
  keyOf,
  type Labels,
  memorySource,
  parsePromql,
  printPromql,
  PromqlError,
  type Series,
  UnsupportedPromql,
} from "../../../../local/openobserve/promql/index.js";
import { generatedExpressions, randomNumbers } from "./generated.js";

const minute = 60_000;
const now = 1_795_464_480_000;

/** A sample every 30 s up to now, the newest last. */
const every30s = (labels: Labels, values: readonly number[]): Series => ({
  labels,
  times: values.map((_, index) => now - (values.length - 1 - index) * 30_000),
  values,
});

function vector(expression: string, series: readonly Series[], time = now): Map<string, number> {
  const result = evaluateInstant(parsePromql(expression), memorySource(series), time);
  if (result.type !== "vector") throw new Error(`${expression} is a ${result.type}`);
  return new Map(result.value.map(({ labels, value }) => [keyOf(labels), value]));
}

const only = (found: Map<string, number>): number | undefined => {
  expect(found.size).toBeLessThan(2);
  return [...found.values()][0];
};

describe("A rate", () => {
  const counter = (values: readonly number[]) => [every30s({ __name__: "c" }, values)];

  it("is extrapolated to the ends of its window, half a gap at most", () => {
    // Samples at -60 s, -30 s and 0 s of a window of 5 min: 20 in 60 s, extended by 15 s at the start, 0 s at the end.
    expect(only(vector("increase(c[5m])", counter([100, 110, 120])))).toBeCloseTo((20 * 75) / 60, 12);
    expect(only(vector("rate(c[5m])", counter([100, 110, 120])))).toBeCloseTo((20 * 75) / 60 / 300, 12);
  });

  it("never goes below the zero point of the counter", () => {
    // The counter was 0 only 3 s before its first sample: 1 of 20 in 60 s.
    expect(only(vector("increase(c[5m])", counter([1, 11, 21])))).toBeCloseTo((20 * 63) / 60, 12);
  });

  it("counts what was reached before a reset", () => {
    expect(only(vector("increase(c[5m])", counter([100, 110, 5])))).toBeCloseTo(((-95 + 110) * 75) / 60, 12);
    expect(only(vector("resets(c[5m])", counter([100, 110, 5, 6, 1])))).toBe(2);
  });

  it("keeps samples of the same time, which is how a stream that was written twice gives its rate", () => {
    const times = [52_102, 52_102, 22_102, 22_102].map((ago) => now - ago);
    const twice: Series = {
      labels: { __name__: "c" },
      times: [now - 88_102, now - 88_102, ...times],
      values: [10, 10, 20, 20, 30, 30],
    };
    expect(vector("rate(c[5m])", [twice]).size).toBe(1);
  });

  it("of one sample is nothing", () => {
    expect(vector("rate(c[5m])", counter([5]))).toEqual(new Map());
  });
});

describe("A selector", () => {
  const at = (secondsAgo: number): Series => ({
    labels: { __name__: "m" },
    times: [now - secondsAgo * 1000],
    values: [7],
  });

  it("finds a sample for five minutes, the ends included", () => {
    expect(only(vector("m", [at(300)]))).toBe(7);
    expect(vector("m", [at(301)]).size).toBe(0);
    expect(vector("m", [at(-1)]).size).toBe(0);
  });

  it("knows the flags that Go writes before a regular expression", () => {
    expect(only(vector('{__name__="m",a=~"(?i)X"}', [every30s({ __name__: "m", a: "x" }, [1])]))).toBe(1);
    expect(only(vector('{a=~"(?i)X.*"}', [every30s({ __name__: "m", a: "xy" }, [2])]))).toBe(2);
  });

  it("looks elsewhere with offset and @", () => {
    expect(only(vector("m offset 10m", [at(600)]))).toBe(7);
    expect(only(vector(`m @ ${now / 1000 - 600}`, [at(600)]))).toBe(7);
  });

  it("takes a label that is not there for empty", () => {
    const series = [every30s({ __name__: "m", a: "1" }, [1]), every30s({ __name__: "m" }, [2])];
    expect(only(vector('m{a=""}', series))).toBe(2);
    expect(only(vector('m{a!=""}', series))).toBe(1);
  });

  const routes = ["/a", "/b", "/ab", "x/b"].map((route) => every30s({ __name__: "m", route }, [1]));
  const matched = (pattern: string, anchoring: "group" | "bare") => {
    const expr = parsePromql(`m{route=~"${pattern}"}`);
    const result = evaluateInstant(expr, memorySource(routes, anchoring), now);
    return result.type === "vector" ? result.value.map(({ labels }) => labels.route) : [];
  };

  it("matches a regular expression against the whole value", () => {
    expect(matched("/a|/b", "group")).toEqual(["/a", "/b"]);
  });

  it("matches alternatives without a group too much where the server anchors them bare, as v0.90 does", () => {
    expect(matched("/a|/b", "bare")).toEqual(["/a", "/b", "/ab", "x/b"]);
    expect(matched("(/a|/b)", "bare")).toEqual(["/a", "/b"]);
  });
});

describe("Aggregations, against plain sums over the same generated numbers", () => {
  const random = randomNumbers(3);
  const series = Array.from({ length: 40 }, (_, index) =>
    every30s({ __name__: "m", job: `j${index % 4}`, instance: `i${index}` }, [random() * 100 - 20]),
  );
  const byJob = (job: string) =>
    series.filter(({ labels }) => labels.job === job).map(({ values }) => values[0]!);
  const expected: Readonly<Record<string, (values: number[]) => number>> = {
    sum: (values) => values.reduce((a, b) => a + b, 0),
    avg: (values) => values.reduce((a, b) => a + b, 0) / values.length,
    min: (values) => Math.min(...values),
    max: (values) => Math.max(...values),
    count: (values) => values.length,
    stddev: (values) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return Math.sqrt(values.reduce((total, value) => total + (value - mean) ** 2, 0) / values.length);
    },
  };

  it.each(Object.keys(expected))("%s by job", (name) => {
    const found = vector(`${name} by (job) (m)`, series);
    expect(found.size).toBe(4);
    for (let job = 0; job < 4; job++) {
      expect(found.get(keyOf({ job: `j${job}` }))).toBeCloseTo(expected[name]!(byJob(`j${job}`)), 9);
    }
  });

  it("topk keeps the labels of the largest", () => {
    const largest = [...series].sort((a, b) => b.values[0]! - a.values[0]!).slice(0, 3);
    expect([...vector("topk(3, m)", series).keys()]).toEqual(largest.map(({ labels }) => keyOf(labels)));
  });
});

describe("Vector matching", () => {
  const errors = ["api", "web"].map((job) =>
    every30s({ __name__: "errors", job, kind: "e" }, [job === "api" ? 2 : 3]),
  );
  const requests = ["api", "web"].map((job) => every30s({ __name__: "requests", job }, [10]));
  const info = [every30s({ __name__: "info", job: "api", version: "1" }, [1])];

  it("joins on the labels named, and drops the name", () => {
    const found = vector("errors / on (job) requests", [...errors, ...requests]);
    expect(found).toEqual(
      new Map([
        [keyOf({ job: "api" }), 0.2],
        [keyOf({ job: "web" }), 0.3],
      ]),
    );
  });

  it("takes labels from the one side with group_left", () => {
    const found = vector("requests * on (job) group_left (version) info", [...requests, ...info]);
    expect(found).toEqual(new Map([[keyOf({ job: "api", version: "1" }), 10]]));
  });

  it("refuses many to many", () => {
    expect(() => vector("errors / on (kind) errors", errors)).toThrow(PromqlError);
  });
});

describe("histogram_quantile", () => {
  const buckets = (le: string, count: number) => every30s({ __name__: "h_bucket", le }, [count]);

  it.each(["+Inf", "inf"])("interpolates within the bucket, the last bound written %s", (infinity) => {
    const series = [buckets("0.1", 10), buckets("0.5", 30), buckets("1", 40), buckets(infinity, 40)];
    expect(only(vector("histogram_quantile(0.5, h_bucket)", series))).toBeCloseTo(
      0.1 + 0.4 * ((20 - 10) / 20),
      12,
    );
    expect(only(vector("histogram_quantile(1, h_bucket)", series))).toBe(1);
  });

  it("is the highest finite bound for what lies beyond it", () => {
    expect(only(vector("histogram_quantile(0.9, h_bucket)", [buckets("1", 1), buckets("+Inf", 10)]))).toBe(1);
  });
});

describe("A range query", () => {
  it("evaluates at every step, both ends included, and leaves out steps without a value", () => {
    const series = [every30s({ __name__: "m" }, [1, 2, 3])];
    const found = evaluateRange(parsePromql("m"), memorySource(series), {
      start: now - 2 * minute,
      end: now,
      step: minute,
    });
    expect(found).toEqual([
      {
        labels: { __name__: "m" },
        points: [
          [now - minute, 1],
          [now, 3],
        ],
      },
    ]);
  });
});

describe("PromQL that is not one", () => {
  it.each([
    ["", "no expression found in input"],
    ["sum(rw_up", "unclosed left parenthesis"],
    ["nofn(rw_up)", "unknown function with name 'nofn'"],
    ["1 == 2", "comparisons between scalars must use BOOL modifier"],
    ["rate(m)", "expected type range vector in call to function 'rate', got instant vector"],
    ["{}", "vector selector must contain at least one non-empty matcher"],
    ["a and on (x) group_left b", 'no grouping allowed for "and" operation'],
  ])("%s is refused: %s", (expression, message) => {
    expect(() => parsePromql(expression)).toThrow(new PromqlError(message));
  });

  it.each(["histogram_count(m)", "limitk(1, m)", "info(m)"])(
    "or that this engine does not have is refused as unsupported: %s",
    (expression) => {
      expect(() => parsePromql(expression)).toThrow(UnsupportedPromql);
    },
  );
});

describe("The printer", () => {
  it.each([
    ["sum( rw_up )", "sum(rw_up)"],
    ['sum by(job)(rate(m{a="b"}[5m]))', 'sum by (job) (rate(m{a="b"}[5m]))'],
    ["a  +  b", "a + b"],
    ["m offset 90s", "m offset 1m30s"],
    ["a / on(x) group_left(y) b", "a / on (x) group_left (y) b"],
  ])("writes %s as %s", (given, printed) => {
    expect(printPromql(parsePromql(given))).toBe(printed);
  });

  it("changes no meaning: what it prints parses to the same", () => {
    for (const expression of generatedExpressions()) {
      let parsed;
      try {
        parsed = parsePromql(expression);
      } catch {
        continue;
      }
      expect([expression, parsePromql(printPromql(parsed))]).toEqual([expression, parsed]);
    }
  });
});
