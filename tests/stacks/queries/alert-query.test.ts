import {
  type AlertDefinition,
  type AlertId,
  alerts,
  metricStreams,
  objectives,
  streams,
  thresholds,
} from "@o2cqrs/contract";
import { Parser } from "@openobserve/node-sql-parser";
import { parser as promqlParser } from "@prometheus-io/lezer-promql";
import { type AlertQuery, alertQuery, badShare } from "../../../stacks/cqrs/queries/alert-query.js";
import { countingQuery } from "../../../stacks/cqrs/masking/pipeline.js";

// Queries are made inside the tests, so that a mutation test can tell which test makes which.
const ids = Object.keys(alerts) as AlertId[];
const kindOf = (id: AlertId): AlertDefinition["signal"]["kind"] => alerts[id].signal.kind;
const sqlKinds = ["silence", "quarantine", "errorCode"];
const sqlIds = ids.filter((id) => sqlKinds.includes(kindOf(id)));
const promqlIds = ids.filter((id) => !sqlKinds.includes(kindOf(id)) && kindOf(id) !== "deadLetter");

const queryOf = (id: AlertId): AlertQuery => alertQuery(alerts[id], 1);

/** The text of an alert's query; fails the test when it is of another kind. */
function textOf(id: AlertId, kind: "promql" | "sql"): string {
  const { condition } = queryOf(id);
  expect(condition.kind).toBe(kind);
  if (condition.kind === "promql") return condition.promql;
  return condition.kind === "sql" ? condition.sql : "";
}

/** Names of the nodes of a PromQL expression that a parser found wrong. */
function mistakes(expression: string): string[] {
  const found: string[] = [];
  promqlParser.parse(expression).iterate({
    enter: (node) => {
      if (node.type.isError) found.push(expression.slice(0, node.from));
    },
  });
  return found;
}

const promqlText = (id: AlertId) => textOf(id, "promql");

describe("the alerts' PromQL", () => {
  it.each(promqlIds)("of %s is what Prometheus' own grammar accepts", (id) => {
    expect(mistakes(promqlText(id))).toEqual([]);
  });

  it("is refused by that grammar when it is broken", () => {
    expect(mistakes("sum by (type (rate(x[5m]))")).not.toEqual([]);
  });

  it.each(promqlIds)("of %s groups its alternatives, which servers anchor differently when bare", (id) => {
    for (const [, pattern] of promqlText(id).matchAll(/[=!]~"([^"]*)"/g)) expect(pattern).toMatch(/^\(.*\)$/);
  });

  it.each(promqlIds)("of %s uses no subquery, which the server evaluates otherwise than Prometheus", (id) => {
    expect(promqlText(id)).not.toMatch(/\[[^\]]*:[^\]]*\]/);
  });

  it.each(promqlIds)("of %s reads only metric streams that the stack makes beforehand", (id) => {
    const query = queryOf(id);
    const made = [...Object.keys(query.metricStreams), streams.metrics.storedName];
    for (const [, metric] of promqlText(id).matchAll(/\b(cqrs_[a-z_]+)\b(?=[[{]|\)| offset)/g)) {
      expect(made).toContain(metric);
    }
    expect(made).toContain(query.stream);
  });

  it.each(promqlIds)("of %s leaves its limit to the alert, so that the alert's value is the figure", (id) => {
    expect(queryOf(id).condition).toMatchObject({ operator: expect.stringMatching(/^[<>]$/) });
  });

  it("is evaluated over the time since the last evaluation, which means the same on v0.60 and v0.90", () => {
    for (const id of promqlIds)
      expect(queryOf(id).trigger).toEqual({
        periodMinutes: 1,
        frequencyMinutes: 1,
        operator: ">=",
        threshold: 1,
      });
    expect(alertQuery(alerts.queryLatency, 5).trigger).toMatchObject({
      periodMinutes: 5,
      frequencyMinutes: 5,
    });
  });
});

describe("the plan's five alerts", () => {
  it("p95 of queries over 300 ms, now and at every look back through 10 minutes", () => {
    const p95 = (offset: string) =>
      `histogram_quantile(0.95, sum by (le, type, handler) (rate(cqrs_query_duration_ms_bucket[5m]${offset})))`;
    const looks = [2, 4, 6, 8, 10].map((minutes) => `(${p95(` offset ${minutes}m`)} > 300)`);
    expect(alertQuery(alerts.queryLatency, 1)).toMatchObject({
      stream: "cqrs_query_duration_ms_bucket",
      streamType: "metrics",
      condition: { kind: "promql", promql: [p95(""), ...looks].join(" and "), operator: ">", value: 300 },
      limit: "> 300 ms for 10 min",
    });
    expect(alerts.queryLatency.severity).toBe("high");
  });

  it("p95 of commands over 500 ms for 10 minutes", () => {
    expect(alertQuery(alerts.commandLatency, 1)).toMatchObject({
      condition: { operator: ">", value: 500 },
      limit: "> 500 ms for 10 min",
    });
    expect(promqlText("commandLatency").match(/ offset 10m/g)).toHaveLength(1);
    expect(alerts.commandLatency.severity).toBe("high");
  });

  it("share of failed commands over 1% for 5 minutes, of outcomes only", () => {
    expect(alertQuery(alerts.commandErrors, 1)).toMatchObject({
      condition: { operator: ">", value: 0.01 },
      limit: "> 1% for 5 min",
    });
    expect(promqlText("commandErrors")).toContain(
      'sum by (type) (rate(cqrs_command_total{status="error"}[5m])) / ' +
        'sum by (type) (rate(cqrs_command_total{status=~"(success|error)"}[5m])) and ',
    );
    expect(alerts.commandErrors.severity).toBe("critical");
  });

  it("any dead-lettered event, the moment its record arrives", () => {
    expect(alertQuery(alerts.eventDeadLetter, 1)).toMatchObject({
      stream: "cqrs_events",
      condition: {
        kind: "custom",
        where: {
          all: [
            { column: "dlq", operator: "=", value: true },
            { column: "service", operator: "!=", value: "o2cqrs-probe" },
          ],
        },
        realTime: true,
      },
    });
    expect(promqlText("eventDeadLetterCount")).toBe("sum by (type) (increase(cqrs_event_dlq_total[5m]))");
    expect([alerts.eventDeadLetter.severity, alerts.eventDeadLetterCount.severity]).toEqual([
      "critical",
      "critical",
    ]);
  });

  it("cache hit ratio under 50% for 15 minutes", () => {
    expect(alertQuery(alerts.cacheHitRatio, 1)).toMatchObject({
      condition: { operator: "<", value: 0.5 },
      limit: "< 50% for 15 min",
    });
    expect(promqlText("cacheHitRatio")).toContain(
      "(avg by (type) (cqrs_query_cache_hit_ratio offset 15m) < 0.5)",
    );
    expect(alerts.cacheHitRatio.severity).toBe("medium");
  });

  it("take every figure from the contract's thresholds", () => {
    for (const alert of Object.values(alerts)) {
      if (!("threshold" in alert.signal) || alert.signal.kind === "deadLetter") continue;
      const { condition } = alertQuery(alert, 1);
      expect(condition).toMatchObject({ value: thresholds[alert.signal.threshold].value });
    }
  });
});

describe("burn-rate alerts", () => {
  it("look at a long and a short window, as the SRE Workbook has it", () => {
    const share = (window: string) =>
      `sum(rate(cqrs_command_total{status="error"}[${window}])) / sum(rate(cqrs_command_total[${window}]))`;
    const failed = (window: string) => `sum(increase(cqrs_command_total{status="error"}[${window}]))`;
    expect(alertQuery(alerts.commandAvailabilityFastBurn, 1).condition).toEqual({
      kind: "promql",
      promql: `${share("1h")} and (${share("5m")} > 0.0144) and (${failed("1h")} >= 10)`,
      operator: ">",
      value: 0.0144,
    });
    expect(promqlText("commandAvailabilitySlowBurn")).toBe(
      `${share("6h")} and (${share("30m")} > 0.006) and (${failed("6h")} >= 10)`,
    );
  });

  it("want a minimum of bad operations, counted as each objective counts them", () => {
    const minimum = (id: AlertId) => /and \(([^>]*) >= 10\)$/.exec(promqlText(id))?.[1];
    expect(minimum("queryLatencyFastBurn")).toBe(
      'sum(increase(cqrs_query_duration_ms_count[1h])) - sum(increase(cqrs_query_duration_ms_bucket{le=~"(300|300\\\\.0)"}[1h]))',
    );
    expect(minimum("eventLatencySlowBurn")).toBe(
      'sum(sum_over_time(cqrs_metrics{metric_name="cqrs_slow_count",bus="event",service!~"(o2cqrs-probe)"}[6h]))',
    );
  });

  it("count slow operations at a bucket's bound, however the exporter writes it", () => {
    expect(promqlText("queryLatencyFastBurn")).toContain(
      '1 - sum(rate(cqrs_query_duration_ms_bucket{le=~"(300|300\\\\.0)"}[1h])) / sum(rate(cqrs_query_duration_ms_count[1h]))',
    );
  });

  it("count in the logs what the metrics cannot tell", () => {
    expect(promqlText("queryAvailabilityFastBurn")).toContain(
      'sum(sum_over_time(cqrs_metrics{metric_name="cqrs_error_count",bus="query",service!~"(o2cqrs-probe)"}[1h])) / sum(increase(cqrs_query_total[1h]))',
    );
    expect(promqlText("eventLatencySlowBurn")).toContain('metric_name="cqrs_slow_count",bus="event"');
  });

  it("exist for availability and latency of each bus, fast and slow", () => {
    const names = Object.values(alerts)
      .filter(({ signal }) => signal.kind === "burnRate")
      .map(({ name }) => name);
    const expected = ["command", "query", "event"].flatMap((bus) =>
      ["availability", "latency"].flatMap((kind) =>
        ["fast", "slow"].map((pace) => `cqrs-${bus}-${kind}-burn-${pace}`),
      ),
    );
    expect(names.sort()).toEqual(expected.sort());
  });
});

describe("what probes write", () => {
  it.each(ids.filter((id) => !promqlIds.includes(id)))("is left out of %s", (id) => {
    expect(queryOf(id).streamType).toBe("logs");
    expect(JSON.stringify(queryOf(id).condition)).toMatch(
      /service NOT IN \('o2cqrs-probe'|record_id NOT LIKE '6f326371-%'|"!=","value":"o2cqrs-probe"/,
    );
  });

  it("is left out of what the pipeline counts for an alert", () => {
    const counted = promqlIds.flatMap((id) =>
      [...promqlText(id).matchAll(/cqrs_metrics\{([^}]*)\}/g)].map(([, matchers]) => matchers),
    );
    expect(counted.length).toBeGreaterThan(10);
    for (const matchers of counted) expect(matchers).toContain('service!~"(o2cqrs-probe)"');
  });
});

describe("the alerts' SQL", () => {
  const sqlParser = new Parser();

  it.each(sqlIds)("of %s parses and names one stream by its stored name", (id) => {
    const text = textOf(id, "sql");
    expect(() => sqlParser.astify(text)).not.toThrow();
    expect([...text.matchAll(/FROM "([^"]+)"/g)].map(([, name]) => name)).toEqual([queryOf(id).stream]);
  });

  it("is refused by the parser when it is broken", () => {
    expect(() => sqlParser.astify("SELECT FROM WHERE")).toThrow();
  });

  it.each(sqlIds)("of %s reads only columns that the contract declares", (id) => {
    const text = textOf(id, "sql");
    const stream = Object.values(streams).find(({ storedName }) => storedName === queryOf(id).stream);
    const declared = [...(stream?.fields ?? []).map(({ columnName }) => columnName), "_timestamp", "value"];
    const written = text.replace(/'[^']*'|"[^"]*"/g, "").match(/\b[a-z_]+\b/g) ?? [];
    for (const column of written) expect(declared).toContain(column);
  });

  it.each(sqlIds)("of %s selects no star and divides nothing", (id) => {
    expect(textOf(id, "sql")).not.toMatch(/\bselect\s+\*|\//i);
  });

  it("finds silence as a row, as v0.90 sends no notification for an alert that fires without one", () => {
    const silent = "EXTRACT(EPOCH FROM NOW()) - MAX(_timestamp) * 0.000001";
    expect(alertQuery(alerts.commandsSilence, 1)).toMatchObject({
      condition: {
        kind: "sql",
        sql:
          `SELECT CAST((${silent}) * 0.0166667 AS BIGINT) AS value FROM "cqrs_commands" ` +
          `WHERE (service IS NULL OR service NOT IN ('o2cqrs-probe', 'o2cqrs-drill')) HAVING ${silent} > 900`,
      },
      trigger: { operator: ">=", threshold: 1, periodMinutes: 120 },
      windowMinutes: 15,
    });
  });
});

describe("the queries that count errors", () => {
  it.each(["commands", "queries", "events"] as const)(
    "of %s parse and give the time the server asks for",
    (role) => {
      const text = countingQuery(role);
      expect(() => new Parser().astify(text)).not.toThrow();
      expect(text).toContain("MAX(_timestamp) AS _timestamp");
    },
  );

  it("count slow events apart from failed ones", () => {
    expect(countingQuery("events")).toContain(
      "CASE WHEN status = 'error' THEN 'cqrs_error_count' ELSE 'cqrs_slow_count' END",
    );
    expect(countingQuery("commands")).not.toContain("cqrs_slow_count");
    expect(countingQuery("commands")).toMatch(
      /FROM "cqrs_commands" WHERE status = 'error' GROUP BY bus, type, service, env$/,
    );
    expect(countingQuery("events")).toMatch(
      /FROM "cqrs_events" WHERE status = 'error' OR duration_ms > 1000 GROUP BY CASE .* END, bus, type, service, env$/,
    );
  });
});

describe("what an alert says beside its query", () => {
  it.each<[AlertId, Partial<AlertQuery>]>([
    [
      "commandErrors",
      {
        stream: "cqrs_command_total",
        windowMinutes: 5,
        metricStreams: { cqrs_command_total: ["type", "status"] },
      },
    ],
    [
      "queryLatency",
      { windowMinutes: 10, metricStreams: { cqrs_query_duration_ms_bucket: ["le", "type", "handler"] } },
    ],
    [
      "cacheHitRatio",
      {
        stream: "cqrs_query_cache_hit_ratio",
        streamType: "metrics",
        windowMinutes: 15,
        metricStreams: { cqrs_query_cache_hit_ratio: ["type"] },
      },
    ],
    [
      "eventDeadLetterCount",
      {
        stream: "cqrs_event_dlq_total",
        limit: "> 0 in 5 min",
        windowMinutes: 5,
        metricStreams: { cqrs_event_dlq_total: ["type"] },
      },
    ],
    [
      "eventDeadLetter",
      { limit: "any, at once", windowMinutes: 15, trigger: { periodMinutes: 1 }, metricStreams: {} },
    ],
    ["quarantine", { stream: "cqrs_quarantine", limit: "> 0 in 5 min", metricStreams: {} }],
    ["commandsSilence", { stream: "cqrs_commands", limit: "no record for 15 min", metricStreams: {} }],
    [
      "commandAvailabilityFastBurn",
      {
        stream: "cqrs_command_total",
        limit: "> 1.44% bad in 1h and in 5m, from 10 bad on",
        windowMinutes: 60,
        metricStreams: { cqrs_command_total: ["type", "status"] },
      },
    ],
    [
      "queryLatencySlowBurn",
      {
        stream: "cqrs_query_duration_ms_bucket",
        windowMinutes: 360,
        metricStreams: {
          cqrs_query_duration_ms_bucket: ["le", "type", "handler"],
          cqrs_query_duration_ms_count: ["type", "handler"],
        },
      },
    ],
    [
      "eventLatencyFastBurn",
      { stream: "cqrs_metrics", metricStreams: { cqrs_event_handle_total: ["type"] } },
    ],
  ])("%s: stream, limit, window and labels", (id, expected) => {
    expect(queryOf(id)).toMatchObject(expected);
    expect(queryOf(id).metricStreams).toEqual(expected.metricStreams);
  });

  it("records of a window are counted by what a reader needs to find them", () => {
    const made = sqlIds.filter((id) => kindOf(id) !== "silence").map((id) => textOf(id, "sql"));
    expect(made.length).toBeGreaterThanOrEqual(4);
    for (const text of made)
      expect(text).toMatch(
        /^SELECT (stream, reason|type, handler), COUNT\(\*\) AS value FROM .* GROUP BY (stream, reason|type, handler)$/,
      );
  });

  it("a handler that is missing is known by its error code, within a window", () => {
    const id = sqlIds.find((each) => kindOf(each) === "errorCode");
    if (id === undefined) throw new Error("no alert on an error code");
    const { signal }: AlertDefinition = alerts[id];
    if (signal.kind !== "errorCode") throw new Error("no error code");
    expect(textOf(id, "sql")).toContain(
      `WHERE error_code = '${signal.code}' AND (service IS NULL OR service NOT IN ('o2cqrs-probe'))`,
    );
    expect(queryOf(id)).toMatchObject({
      limit: `> 0 in ${signal.windowMinutes} min`,
      windowMinutes: signal.windowMinutes,
      trigger: { periodMinutes: signal.windowMinutes, frequencyMinutes: 1, operator: ">=", threshold: 1 },
    });
  });

  it("an objective's dashboard may narrow both the records and the metrics", () => {
    const among = { records: { service: { not: ["a"] } }, metrics: { service_name: { not: ["b"] } } };
    const of = (id: keyof typeof objectives) => {
      const { source, bus } = objectives[id];
      return badShare(source, bus, among).share({ minutes: 5 });
    };
    expect(of("commandAvailability")).toBe(
      'sum(rate(cqrs_command_total{status="error",service_name!~"(b)"}[5m])) / sum(rate(cqrs_command_total{service_name!~"(b)"}[5m]))',
    );
    expect(of("eventLatency")).toBe(
      'sum(sum_over_time(cqrs_metrics{metric_name="cqrs_slow_count",bus="event",service!~"(a)"}[5m])) / sum(increase(cqrs_event_handle_total{service_name!~"(b)"}[5m]))',
    );
    expect(of("commandLatency")).toContain('service_name!~"(b)"');
  });
});

describe("metric streams", () => {
  it("that alerts need are the contract's, or those of the telemetry itself", () => {
    const read = new Set(ids.flatMap((id) => Object.keys(queryOf(id).metricStreams)));
    const own = ["cqrs_ingest_records_total", "cqrs_export_failures_total"];
    for (const name of read) expect([...metricStreams, ...own]).toContain(name);
  });
});
