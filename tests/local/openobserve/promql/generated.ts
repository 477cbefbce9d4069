import type { Series } from "../../../../local/openobserve/promql/index.js";

/** The same numbers on every run: a linear congruential generator. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const interval = 15_000;

/** Times of scrapes up to `end` (milliseconds), some of them missed. */
function scrapes(end: number, count: number, missed: (index: number) => boolean): number[] {
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => !missed(index))
    .map((index) => end - (count - 1 - index) * interval);
}

/**
 * Counters with resets, gauges, histograms, a series that ends early, one with gaps, and one that only joins labels:
 * what dashboards and alerts are made of.
 */
export function generatedSeries(end: number): Series[] {
  const random = randomNumbers(7);
  const series: Series[] = [];
  const add = (labels: Record<string, string>, times: number[], next: (index: number) => number): void => {
    series.push({ labels, times, values: times.map((_, index) => next(index)) });
  };
  const all = scrapes(end, 160, () => false);
  const gappy = scrapes(end, 160, (index) => index % 7 === 3 || (index > 60 && index < 90));
  for (const job of ["api", "worker"]) {
    for (const instance of ["a:9090", "b:9090"]) {
      for (const code of ["200", "404", "500"]) {
        let total = Math.floor(random() * 50);
        const labels = { __name__: "http_requests_total", job, instance, code, handler: `/${job}` };
        add(labels, instance === "b:9090" && code === "500" ? gappy : all, (index) => {
          total = index === 70 && code === "200" ? 3 : total + Math.floor(random() * 20);
          return total;
        });
      }
      add(
        { __name__: "build_info", job, instance, version: job === "api" ? "1.2.3" : "2.0.0" },
        all,
        () => 1,
      );
    }
    const counts = [0, 0, 0, 0, 0];
    const bounds = ["0.05", "0.1", "0.5", "1", "+Inf"];
    const buckets = all.map(() => {
      const fast = Math.floor(random() * 10);
      const steps = [fast, fast + 3, fast + 7, fast + 8, fast + 9];
      steps.forEach((step, index) => (counts[index] = (counts[index] ?? 0) + step));
      return [...counts];
    });
    bounds.forEach((le, bucket) => {
      add({ __name__: "latency_seconds_bucket", job, le }, all, (index) => buckets[index]?.[bucket] ?? 0);
    });
    add({ __name__: "latency_seconds_count", job }, all, (index) => buckets[index]?.[4] ?? 0);
    add({ __name__: "latency_seconds_sum", job }, all, (index) => (buckets[index]?.[4] ?? 0) * 0.3);
  }
  for (const room of ["north", "south", "cellar"]) {
    let temperature = room === "cellar" ? -3 : 20;
    add({ __name__: "temperature_celsius", room }, room === "south" ? gappy : all, () => {
      temperature += random() - 0.5;
      return Math.round(temperature * 1000) / 1000;
    });
  }
  add({ __name__: "gone", job: "api" }, all.slice(0, 100), (index) => index);
  add({ __name__: "odd_values", kind: "infinite" }, all, (index) => (index % 2 === 0 ? Infinity : -Infinity));
  add({ __name__: "odd_values", kind: "zero" }, all, () => 0);
  return series;
}

/** Several hundred expressions over those series, each part combined with each of its kind. */
export function generatedExpressions(): string[] {
  const counters = [
    "http_requests_total",
    'http_requests_total{job="api"}',
    'http_requests_total{code=~"4..|5.."}',
  ];
  const gauges = [
    "temperature_celsius",
    'temperature_celsius{room!="cellar"}',
    'temperature_celsius{room!~"n.*"}',
  ];
  const vectors = [
    ...counters,
    ...gauges,
    "gone",
    "odd_values",
    '{__name__=~"build_.*"}',
    "http_requests_total offset 4m",
  ];
  const ranges = ["1m", "2m30s", "10m"];
  const onCounter = ["rate", "increase", "irate", "resets", "changes"];
  const onGauge = ["delta", "idelta", "deriv", "changes"];
  const overTime = ["avg", "min", "max", "sum", "count", "stddev", "stdvar", "last", "present"].map(
    (name) => `${name}_over_time`,
  );
  const perValue = [
    "abs",
    "ceil",
    "floor",
    "exp",
    "sqrt",
    "ln",
    "log2",
    "log10",
    "sgn",
    "sin",
    "cos",
    "atan",
    "deg",
    "rad",
  ];
  const aggregations = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"];
  const groupings = ["", " by (job)", " by (job, code)", " without (instance)", " without (job, code, room)"];
  const operators = ["+", "-", "*", "/", "%", "^"];
  const comparisons = ["==", "!=", ">", "<", ">=", "<="];
  const byJob = (name: string) => `sum by (job) (${name})`;
  return [
    ...vectors,
    ...onCounter.flatMap((name) =>
      counters.flatMap((counter) => ranges.map((range) => `${name}(${counter}[${range}])`)),
    ),
    ...onGauge.flatMap((name) =>
      gauges.flatMap((gauge) => ranges.map((range) => `${name}(${gauge}[${range}])`)),
    ),
    ...overTime.flatMap((name) =>
      ["temperature_celsius", "http_requests_total", "gone", "odd_values"].map((of) => `${name}(${of}[5m])`),
    ),
    ...perValue.map((name) => `${name}(temperature_celsius)`),
    ...aggregations.flatMap((name) =>
      groupings.map((grouping) => `${name}${grouping} (http_requests_total)`),
    ),
    ...aggregations.map((name) => `${name}(temperature_celsius)`),
    ...[0, 1, 2, 100].flatMap((k) => [
      `topk(${k}, http_requests_total)`,
      `bottomk by (job) (${k}, http_requests_total)`,
    ]),
    ...[-1, 0, 0.25, 0.5, 0.99, 1, 2].flatMap((q) => [
      `quantile(${q}, temperature_celsius)`,
      `quantile by (job) (${q}, http_requests_total)`,
      `quantile_over_time(${q}, temperature_celsius[5m])`,
      `histogram_quantile(${q}, latency_seconds_bucket)`,
      `histogram_quantile(${q}, sum by (le) (rate(latency_seconds_bucket[5m])))`,
    ]),
    ...operators.flatMap((operator) => [
      `temperature_celsius ${operator} 3`,
      `3 ${operator} temperature_celsius`,
      `${byJob("http_requests_total")} ${operator} ${byJob("latency_seconds_count")}`,
      `http_requests_total ${operator} on (job, instance) group_left build_info`,
      `7 ${operator} 3`,
    ]),
    ...comparisons.flatMap((operator) => [
      `temperature_celsius ${operator} 20`,
      `20 ${operator} bool temperature_celsius`,
      `temperature_celsius ${operator} bool 20`,
      `${byJob("http_requests_total")} ${operator} ${byJob("latency_seconds_count")}`,
      `1 ${operator} bool 2`,
    ]),
    ...["and", "or", "unless"].flatMap((operator) => [
      `http_requests_total ${operator} http_requests_total{code="200"}`,
      `http_requests_total ${operator} on (job) build_info{version="1.2.3"}`,
      `temperature_celsius > 15 ${operator} temperature_celsius < 21`,
      `http_requests_total ${operator} ignoring (code, handler) build_info`,
    ]),
    "http_requests_total * on (job, instance) group_left (version) build_info",
    "build_info * on (job, instance) group_right (version) http_requests_total",
    'sum by (job) (rate(http_requests_total{code="500"}[5m])) / sum by (job) (rate(http_requests_total[5m]))',
    "sum(rate(latency_seconds_sum[5m])) / sum(rate(latency_seconds_count[5m]))",
    'http_requests_total + http_requests_total{code="200"}',
    "http_requests_total / ignoring (code) http_requests_total",
    "http_requests_total * on (job) build_info",
    "-temperature_celsius",
    "+http_requests_total",
    "-2 ^ 2",
    "2 ^ 3 ^ 2",
    "1 + 2 * 3 - 4 / 5 % 6",
    "(1 + 2) * 3",
    "time()",
    "time() - timestamp(temperature_celsius)",
    "timestamp(http_requests_total offset 1m)",
    "vector(1)",
    "vector(time())",
    'scalar(temperature_celsius{room="north"})',
    "scalar(temperature_celsius)",
    'absent(nothing_here{job="api",x=~"y"})',
    "absent(temperature_celsius)",
    'absent_over_time(nothing_here{job="api"}[5m])',
    "absent_over_time(gone[5m])",
    "clamp(temperature_celsius, 0, 20)",
    "clamp(temperature_celsius, 20, 0)",
    "clamp_min(temperature_celsius, 20)",
    "clamp_max(temperature_celsius, 20)",
    "round(temperature_celsius)",
    "round(temperature_celsius, 0.25)",
    "round(temperature_celsius, 10)",
    "sort(temperature_celsius)",
    "sort_desc(temperature_celsius)",
    "predict_linear(temperature_celsius[10m], 3600)",
    "holt_winters(temperature_celsius[10m], 0.3, 0.6)",
    "holt_winters(temperature_celsius[10m], 1.5, 0.6)",
    'label_replace(http_requests_total, "service", "$1-svc", "handler", "/(.*)")',
    'label_replace(http_requests_total, "service", "${n}", "handler", "/(?P<n>w.*)")',
    'label_replace(http_requests_total, "code", "", "code", ".*")',
    'label_join(http_requests_total, "where", "/", "job", "instance", "none")',
    'count_values("value", build_info)',
    'count_values by (job) ("code", http_requests_total)',
    "day_of_week()",
    "day_of_month(vector(1709164800))",
    "day_of_year(vector(1735603200))",
    "days_in_month(vector(1709164800))",
    "hour(vector(1709210096))",
    "minute(vector(1709210096))",
    "month(vector(1709210096))",
    "year(vector(1709210096))",
    "max_over_time(rate(http_requests_total[1m])[10m:1m])",
    "avg_over_time((temperature_celsius > 15)[10m:30s])",
    "sum_over_time(temperature_celsius[5m:])",
    "rate(http_requests_total[5m:15s])",
    "increase(sum(http_requests_total)[10m:1m])",
    "temperature_celsius[5m:1m]",
    "quantile_over_time(0.9, temperature_celsius[10m:1m] offset 5m)",
    "rate(http_requests_total[5m] offset 10m)",
    "rate(http_requests_total[5m] offset -2m)",
    "temperature_celsius @ end()",
    "temperature_celsius @ start()",
    "rate(http_requests_total[5m] @ end())",
    "temperature_celsius offset 5m @ end()",
    "sum(gone)",
    "gone offset 20m",
    "odd_values * 0",
    "odd_values / 0",
    "odd_values > bool 0",
    "sum(odd_values)",
    "avg(odd_values)",
    'http_requests_total{job=""}',
    'http_requests_total{nothing=""}',
    'http_requests_total{code=~"2|4.*"}',
    'http_requests_total{code!~"2.*"}',
    '{__name__="temperature_celsius",room=~"(?i)NORTH"}',
    "rate(http_requests_total)",
    "sum(1)",
    "1 == 2",
    "foo bar",
    "sum by (job) (http_requests_total",
    "nofunction(http_requests_total)",
    "temperature_celsius and 1",
    'label_replace(http_requests_total, "handler", "x", "handler", ".*")',
    "topk(2, sum by (handler) (rate(http_requests_total[5m])))",
    'sum(rate(http_requests_total{code=~"5.."}[5m])) > 0.1 and sum(rate(http_requests_total[5m])) > 1',
    'avg by (job) (label_replace(http_requests_total, "job", "$1", "instance", "(.):.*"))',
  ];
}
