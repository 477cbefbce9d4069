import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AlertId, alerts } from "@o2cqrs/contract";
import { evaluateRange, memorySource, parsePromql, type Series } from "@o2cqrs/local-openobserve/promql";
import { stringify } from "yaml";
import { alertQuery } from "../../../stacks/cqrs/queries/alert-query.js";

/**
 * What the PromQL alerts say to series over time: a sample a minute from minute 0, and the minutes at which the
 * alert must fire and must not. Judged by the embedded server's evaluator and, where it is installed, by
 * Prometheus' own `promtool`.
 */
interface Case {
  readonly alert: AlertId;
  readonly what: string;
  /** Growth a minute of each series, or the value itself of a gauge, by stretches of minutes. */
  readonly series: readonly {
    readonly name: string;
    readonly steps: readonly Stretch[];
    readonly gauge?: true;
  }[];
  readonly fires: readonly number[];
  readonly silent: readonly number[];
}

interface Stretch {
  readonly minutes: number;
  readonly each: number;
}

const grows = (name: string, ...steps: [minutes: number, each: number][]) => ({
  name,
  steps: steps.map(([minutes, each]) => ({ minutes, each })),
});
const stays = (name: string, ...steps: [minutes: number, each: number][]) => ({
  ...grows(name, ...steps),
  gauge: true as const,
});

/** A histogram of 100 observations a minute, of which so many are beyond a bound. */
const histogram = (
  metric: string,
  bound: number,
  labels: string,
  ...slow: [minutes: number, share: number][]
) => {
  const bucket = (le: string, count: (share: number) => number) =>
    grows(
      `${metric}_bucket{le="${le}",${labels}}`,
      ...slow.map(([minutes, share]): [number, number] => [minutes, count(share)]),
    );
  return [
    bucket(String(bound), (share) => 100 - share),
    bucket(String(bound + 50), () => 100),
    bucket("+Inf", () => 100),
    grows(`${metric}_count{${labels}}`, ...slow.map(([minutes]): [number, number] => [minutes, 100])),
  ];
};

const queryOf = 'type="GetOrder",handler="GetOrderHandler"';
const commandOf = 'type="PlaceOrder",handler="PlaceOrderHandler"';
const queries = (...slow: [number, number][]) => histogram("cqrs_query_duration_ms", 300, queryOf, ...slow);
const commands = (...slow: [number, number][]) =>
  histogram("cqrs_command_duration_ms", 500, commandOf, ...slow);
const outcomes = (...failed: [minutes: number, errors: number][]) => [
  grows('cqrs_command_total{type="PlaceOrder",status="error"}', ...failed),
  grows(
    'cqrs_command_total{type="PlaceOrder",status="success"}',
    ...failed.map(([minutes, errors]): [number, number] => [minutes, 1000 - errors]),
  ),
];

const cases: Case[] = [
  {
    alert: "queryLatency",
    what: "6% slower than 300 ms",
    series: queries([40, 6]),
    fires: [20, 40],
    silent: [5, 9],
  },
  {
    alert: "queryLatency",
    what: "4% slower than 300 ms",
    series: queries([40, 4]),
    fires: [],
    silent: [20, 40],
  },
  {
    alert: "queryLatency",
    what: "50% slower for five minutes only",
    series: queries([20, 0], [5, 50], [30, 0]),
    fires: [],
    silent: [20, 23, 25, 28, 30, 35],
  },
  {
    alert: "queryLatency",
    what: "slow for 25 minutes and mended",
    series: queries([25, 20], [30, 0]),
    fires: [20, 25],
    silent: [35, 50],
  },
  {
    alert: "commandLatency",
    what: "6% slower than 500 ms",
    series: commands([40, 6]),
    fires: [20, 40],
    silent: [5, 9],
  },
  {
    alert: "commandLatency",
    what: "4% slower than 500 ms",
    series: commands([40, 4]),
    fires: [],
    silent: [20, 40],
  },
  { alert: "commandErrors", what: "2% failing", series: outcomes([30, 20]), fires: [12, 30], silent: [2, 4] },
  { alert: "commandErrors", what: "0.9% failing", series: outcomes([30, 9]), fires: [], silent: [12, 30] },
  {
    alert: "commandErrors",
    what: "2% failing, then mended",
    series: outcomes([20, 20], [20, 0]),
    fires: [20],
    silent: [30, 40],
  },
  {
    alert: "eventDeadLetterCount",
    what: "one event given up",
    series: [grows('cqrs_event_dlq_total{type="OrderPlaced"}', [10, 0], [1, 1], [20, 0])],
    fires: [12, 14],
    silent: [9, 20, 30],
  },
  {
    alert: "cacheHitRatio",
    what: "49% hits",
    series: [stays('cqrs_query_cache_hit_ratio{type="GetOrder"}', [40, 0.49])],
    fires: [16, 40],
    silent: [5, 14],
  },
  {
    alert: "cacheHitRatio",
    what: "50% hits",
    series: [stays('cqrs_query_cache_hit_ratio{type="GetOrder"}', [40, 0.5])],
    fires: [],
    silent: [16, 40],
  },
  {
    alert: "ingestFailures",
    what: "records dropped, and others delivered",
    series: [
      grows('cqrs_ingest_records_total{stream="cqrs-commands",outcome="dropped"}', [10, 0], [5, 3], [20, 0]),
      grows('cqrs_ingest_records_total{stream="cqrs-queries",outcome="delivered"}', [35, 100]),
    ],
    fires: [13],
    silent: [9, 30],
  },
  {
    alert: "exportFailures",
    what: "three exports of spans lost, then none",
    series: [grows('cqrs_export_failures_total{signal="traces"}', [10, 0], [5, 3], [20, 0])],
    fires: [13],
    silent: [9, 30],
  },
  {
    alert: "commandAvailabilityFastBurn",
    what: "2% failing for an hour, then mended",
    series: outcomes([70, 20], [60, 0]),
    fires: [65, 70],
    silent: [80, 100],
  },
  {
    alert: "commandAvailabilityFastBurn",
    what: "1.4% failing",
    series: outcomes([70, 14]),
    fires: [],
    silent: [65],
  },
  {
    alert: "commandAvailabilitySlowBurn",
    what: "0.7% failing for seven hours",
    series: outcomes([420, 7]),
    fires: [400],
    silent: [],
  },
  {
    alert: "queryLatencyFastBurn",
    what: "80% slower than 300 ms",
    series: queries([70, 80]),
    fires: [65],
    silent: [],
  },
  { alert: "queryLatencyFastBurn", what: "70% slower", series: queries([70, 70]), fires: [], silent: [65] },
  {
    alert: "queryAvailabilityFastBurn",
    what: "2% failing by the logs",
    series: [
      stays('cqrs_metrics{metric_name="cqrs_error_count",bus="query",type="GetOrder"}', [70, 2]),
      grows('cqrs_query_total{type="GetOrder",cache_hit="false"}', [70, 100]),
    ],
    fires: [65],
    silent: [],
  },
  {
    alert: "queryAvailabilityFastBurn",
    what: "2% of commands failing by the logs",
    series: [
      stays('cqrs_metrics{metric_name="cqrs_error_count",bus="command",type="GetOrder"}', [70, 2]),
      grows('cqrs_query_total{type="GetOrder",cache_hit="false"}', [70, 100]),
    ],
    fires: [],
    silent: [65],
  },
];

/** The samples of a series: one a minute, the first at minute 0. */
function samples({ steps, gauge }: Case["series"][number]): number[] {
  let total = 0;
  const values = steps.flatMap(({ minutes, each }) =>
    Array.from({ length: minutes }, () => (gauge ? each : (total += each))),
  );
  return gauge ? [...values, values.at(-1) ?? 0] : [0, ...values];
}

function expressionOf(id: AlertId): string {
  const { condition } = alertQuery(alerts[id], 1);
  if (condition.kind !== "promql") throw new Error(`${id} is no PromQL alert`);
  return `(${condition.promql}) ${condition.operator} ${condition.value}`;
}

function seriesOf(declared: Case["series"][number]): Series {
  const [, name = "", labels = ""] = /^([^{]+)\{(.*)\}$/.exec(declared.name) ?? [];
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]);
  const values = samples(declared);
  return {
    labels: { __name__: name, ...(Object.fromEntries(pairs) as Record<string, string>) },
    times: values.map((_, minute) => minute * 60_000),
    values,
  };
}

const ids = cases.map((one) => [`${one.alert}: ${one.what}`, one] as const);

describe("on the embedded server, evaluated over the last minute as the server does", () => {
  it.each(ids)("%s", (_, { alert, series, fires, silent }) => {
    const expression = parsePromql(expressionOf(alert));
    const source = memorySource(series.map(seriesOf));
    const isFiring = (minute: number) => {
      const range = { start: (minute - 1) * 60_000, end: minute * 60_000, step: 1000 };
      return evaluateRange(expression, source, range).length > 0;
    };
    expect(fires.filter((minute) => !isFiring(minute))).toEqual([]);
    expect(silent.filter(isFiring)).toEqual([]);
  });
});

const promtool = spawnSync("promtool", ["--version"]).status === 0;
if (!promtool) console.warn("promtool is not installed: the alerts are not judged by Prometheus itself");

(promtool ? describe : describe.skip)("on Prometheus", () => {
  it("every case ends as on the embedded server", () => {
    const folder = mkdtempSync(join(tmpdir(), "o2cqrs-promtool-"));
    try {
      const used = [...new Set(cases.map(({ alert }) => alert))];
      const rules = used.map((alert) => ({ alert, expr: expressionOf(alert) }));
      const at = (one: Case, minute: number, firing: boolean) => ({
        expr: `count(${expressionOf(one.alert)}) > bool 0 or vector(0)`,
        eval_time: `${minute}m`,
        exp_samples: [{ labels: "{}", value: firing ? 1 : 0 }],
      });
      const tests = cases.map((one) => ({
        name: `${one.alert}: ${one.what}`,
        interval: "1m",
        input_series: one.series.map((declared) => ({
          series: declared.name,
          values: samples(declared).join(" "),
        })),
        promql_expr_test: [
          ...one.fires.map((minute) => at(one, minute, true)),
          ...one.silent.map((minute) => at(one, minute, false)),
        ],
      }));
      writeFileSync(join(folder, "rules.yml"), stringify({ groups: [{ name: "cqrs", rules }] }));
      writeFileSync(join(folder, "tests.yml"), stringify({ rule_files: ["rules.yml"], tests }));
      const run = spawnSync("promtool", ["test", "rules", "tests.yml"], { cwd: folder, encoding: "utf8" });
      expect({ status: run.status, said: run.stderr }).toMatchObject({ status: 0 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
