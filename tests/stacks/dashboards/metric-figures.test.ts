/**
 * Every PromQL panel on generated metrics, against figures computed here from how fast the counters grow and where
 * the gauges stand.
 */
import { drill, metrics, objectives, streams, thresholds } from "@o2cqrs/contract";
import { evaluateInstant, memorySource, parsePromql, type Series } from "@o2cqrs/local-openobserve/promql";
import type { DashboardSpec, PromqlQuery } from "@o2cqrs/providers";
import { dashboardSpecs } from "../../../stacks/cqrs/dashboards/index.js";

const minute = 60_000;
const minutes = Array.from({ length: 121 }, (_, index) => index);
/** Between two samples, so that it does not matter which end of a window belongs to it. */
const now = 120.5 * minute;

type Labels = Readonly<Record<string, string>>;

const series = (name: string, labels: Labels, valueAt: (minute: number) => number): Series => ({
  labels: { __name__: name, ...labels },
  times: minutes.map((at) => at * minute),
  values: minutes.map(valueAt),
});

const place = (service: string): Labels => ({
  deployment_environment_name: "test",
  service_name: service,
  service_version: "1.0.0",
});

/** What two applications measure: a counter's growth a minute, or where a gauge stands. */
interface Measured {
  readonly name: string;
  readonly labels: Labels;
  readonly orders: number;
  readonly billing: number;
}

const counters: Measured[] = [
  { name: metrics.commandRetryTotal.name, labels: { type: "A" }, orders: 3, billing: 2 },
  { name: metrics.commandRetryTotal.name, labels: { type: "B" }, orders: 6, billing: 0 },
  { name: metrics.eventPublishedTotal.name, labels: { type: "A" }, orders: 12, billing: 30 },
  { name: metrics.commandTotal.name, labels: { type: "A", status: "success" }, orders: 90, billing: 106 },
  { name: metrics.commandTotal.name, labels: { type: "A", status: "error" }, orders: 1, billing: 3 },
  { name: metrics.queryTotal.name, labels: { type: "A", cache_hit: "true" }, orders: 70, billing: 30 },
  { name: metrics.eventHandleTotal.name, labels: { type: "A", status: "handled" }, orders: 48, billing: 49 },
  { name: metrics.eventHandleTotal.name, labels: { type: "A", status: "error" }, orders: 2, billing: 1 },
  ...(["command", "query"] as const).flatMap((bus): Measured[] => {
    const name = bus === "command" ? metrics.commandDuration.name : metrics.queryDuration.name;
    const limit = bus === "command" ? thresholds.commandLatencyP95 : thresholds.queryLatencyP95;
    const labels = { type: "A", handler: "AHandler" };
    const bucket = (le: string, orders: number): Measured => ({
      name: `${name}_bucket`,
      labels: { ...labels, le },
      orders,
      billing: 40,
    });
    return [
      bucket("100", 10),
      bucket(String(limit.value), 50),
      bucket("+Inf", 60),
      { name: `${name}_count`, labels, orders: 60, billing: 40 },
    ];
  }),
];

const gauges: Measured[] = [
  { name: metrics.inflightOperations.name, labels: { kind: "command" }, orders: 4, billing: 3 },
  { name: metrics.inflightOperations.name, labels: { kind: "query" }, orders: 9, billing: 0 },
  { name: metrics.backgroundRefreshActive.name, labels: { type: "A" }, orders: 5, billing: 6 },
  { name: metrics.queryCacheHitRatio.name, labels: { type: "A" }, orders: 0.8, billing: 0.6 },
];

/** What the pipeline counts in a minute's records. */
const derived = [
  { bus: "query", metric_name: "cqrs_error_count", value: 2 },
  { bus: "command", metric_name: "cqrs_error_count", value: 500 },
  { bus: "event", metric_name: "cqrs_slow_count", value: 10 },
];

const all: Series[] = [
  ...counters.flatMap(({ name, labels, orders, billing }) => [
    series(name, { ...labels, ...place("orders") }, (at) => orders * at),
    series(name, { ...labels, ...place("billing") }, (at) => billing * at),
    series(name, { ...labels, ...place(drill.service) }, (at) => 1000 * at),
  ]),
  ...gauges.flatMap(({ name, labels, orders, billing }) => [
    series(name, { ...labels, ...place("orders") }, () => orders),
    series(name, { ...labels, ...place("billing") }, () => billing),
    series(name, { ...labels, ...place(drill.service) }, () => 1000),
  ]),
  ...derived.flatMap(({ value, ...labels }) => [
    series(streams.metrics.storedName, { ...labels, service: "orders" }, () => value),
    series(streams.metrics.storedName, { ...labels, service: drill.service }, () => 1000),
  ]),
];

/** Of both applications, a second. */
const perSecond = (orders: number, billing: number) => (orders + billing) / 60;
const spent = (share: number, objective: keyof typeof objectives) =>
  share / (1 - objectives[objective].target);

const expected: Record<string, Record<string, number>> = {
  "commands-retries": { A: perSecond(3, 2), B: perSecond(6, 0) },
  "runtime-cqrs_command_retry_total": { A: perSecond(3, 2), B: perSecond(6, 0) },
  "events-published": { A: perSecond(12, 30) },
  "runtime-cqrs_inflight_operations": { command: 7, query: 9 },
  "runtime-cqrs_background_refresh_active": { A: 11 },
  "runtime-hit-ratio": { A: 0.7 },
  "overview-burn-commandAvailability": { "": spent(4 / 200, "commandAvailability") },
  "overview-burn-commandLatency": { "": spent(10 / 100, "commandLatency") },
  "overview-burn-queryAvailability": { "": spent(2 / 100, "queryAvailability") },
  "overview-burn-queryLatency": { "": spent(10 / 100, "queryLatency") },
  "overview-burn-eventAvailability": { "": spent(3 / 100, "eventAvailability") },
  "overview-burn-eventLatency": { "": spent(10 / 100, "eventLatency") },
};

const panels = Object.values<DashboardSpec>(dashboardSpecs).flatMap(({ tabs }) =>
  tabs.flatMap(({ panels: placed }) =>
    placed.flatMap((panel) =>
      "queries" in panel
        ? panel.queries
            .filter((query): query is PromqlQuery => query.kind === "promql")
            .map(({ promql }) => [panel.id, promql] as const)
        : [],
    ),
  ),
);

/** The figures of a query by what splits them, when the choices of the dashboard are as given or all. */
function figures(
  promql: string,
  choices: Readonly<Record<string, string>> = {},
  measured: readonly Series[] = all,
): Record<string, number> {
  const chosen = promql.replace(/\$(\w+)/g, (_, name: string) => choices[name] ?? ".*");
  const answer = evaluateInstant(parsePromql(chosen), memorySource(measured), now);
  if (answer.type !== "vector") throw new Error(`${answer.type} is no vector`);
  return Object.fromEntries(answer.value.map(({ labels, value }) => [Object.values(labels).join(), value]));
}

describe("the figures of the dashboards' metrics", () => {
  it("are checked for every PromQL panel", () => {
    expect(panels.map(([id]) => id).sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(panels)("%s shows what applications measured, and nothing of drills", (id, promql) => {
    const found = figures(promql);
    const wanted = expected[id] ?? {};
    expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
    for (const [name, value] of Object.entries(wanted)) expect(found[name]).toBeCloseTo(value, 6);
  });

  it("follow the reader's choice of a service and a type", () => {
    const promql = panels.find(([id]) => id === "commands-retries")?.[1] ?? "";
    expect(figures(promql, { service: "orders", type: "A" })).toEqual({
      A: expect.closeTo(3 / 60, 6) as number,
    });
  });

  it.each(Object.keys(objectives))("%s' burn rate is of the chosen service alone", (name) => {
    const promql = panels.find(([id]) => id === `overview-burn-${name}`)?.[1] ?? "";
    expect(figures(promql)).not.toEqual({});
    expect(figures(promql, { service: "none-of-these" })).toEqual({});
  });

  it.each(Object.keys(objectives))("%s' burn rate is 0 while nothing was bad, and no gap", (name) => {
    const promql = panels.find(([id]) => id === `overview-burn-${name}`)?.[1] ?? "";
    // A counter of failures begins with the first one; of billing's operations none was slow.
    const flawless = all.filter(({ labels }) => labels.status !== "error");
    expect(figures(promql, { service: "billing" }, flawless)).toEqual({ "": 0 });
  });
});
