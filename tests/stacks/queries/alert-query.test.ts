import {
  type AlertDefinition,
  type AlertId,
  alerts,
  metricStreams,
  streams,
  thresholds,
} from "@o2cqrs/contract";
import { Parser } from "@openobserve/node-sql-parser";
import { parser as promqlParser } from "@prometheus-io/lezer-promql";
import { type AlertQuery, alertQuery } from "../../../stacks/cqrs/queries/alert-query.js";
import { countingQuery } from "../../../stacks/cqrs/masking/pipeline.js";

const all = Object.entries(alerts).map(([id, alert]): [string, AlertDefinition, AlertQuery] => [
  id,
  alert,
  alertQuery(alert, 1),
]);
const promqlOf = (query: AlertQuery) =>
  query.condition.kind === "promql" ? query.condition.promql : undefined;
const sqlOf = (query: AlertQuery) => (query.condition.kind === "sql" ? query.condition.sql : undefined);
const promqls = all.flatMap(([id, , query]) => {
  const text = promqlOf(query);
  return text === undefined ? [] : [[id, text, query] as const];
});
const sqls = all.flatMap(([id, , query]) => {
  const text = sqlOf(query);
  return text === undefined ? [] : [[id, text, query] as const];
});

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

const promqlText = (id: AlertId) => promqlOf(alertQuery(alerts[id], 1)) ?? "";

describe("the alerts' PromQL", () => {
  it.each(promqls)("of %s is what Prometheus' own grammar accepts", (_, expression) => {
    expect(mistakes(expression)).toEqual([]);
  });

  it("is refused by that grammar when it is broken", () => {
    expect(mistakes("sum by (type (rate(x[5m]))")).not.toEqual([]);
  });

  it.each(promqls)(
    "of %s groups its alternatives, which servers anchor differently when bare",
    (_, expression) => {
      for (const [, pattern] of expression.matchAll(/[=!]~"([^"]*)"/g)) expect(pattern).toMatch(/^\(.*\)$/);
    },
  );

  it.each(promqls)(
    "of %s uses no subquery, which the server evaluates otherwise than Prometheus",
    (_, expression) => {
      expect(expression).not.toMatch(/\[[^\]]*:[^\]]*\]/);
    },
  );

  it.each(promqls)(
    "of %s reads only metric streams that the stack makes beforehand",
    (_, expression, query) => {
      const made = [...Object.keys(query.metricStreams), streams.metrics.storedName];
      for (const [, metric] of expression.matchAll(/\b(cqrs_[a-z_]+)\b(?=[[{]|\)| offset)/g)) {
        expect(made).toContain(metric);
      }
      expect(made).toContain(query.stream);
    },
  );

  it.each(promqls)(
    "of %s leaves its limit to the alert, so that the alert's value is the figure",
    (_, __, query) => {
      expect(query.condition).toMatchObject({ operator: expect.stringMatching(/^[<>]$/) });
    },
  );

  it("is evaluated over the time since the last evaluation, which means the same on v0.60 and v0.90", () => {
    for (const [, , query] of promqls)
      expect(query.trigger).toEqual({ periodMinutes: 1, frequencyMinutes: 1, operator: ">=", threshold: 1 });
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
  it.each(all.filter(([, , query]) => query.streamType === "logs"))("is left out of %s", (_, __, query) => {
    expect(JSON.stringify(query.condition)).toMatch(
      /service NOT IN \('o2cqrs-probe'|record_id NOT LIKE '6f326371-%'|"!=","value":"o2cqrs-probe"/,
    );
  });

  it.each(promqls.filter(([, text]) => text.includes(streams.metrics.storedName)))(
    "is left out of what the pipeline counts for %s",
    (_, text) => {
      const counted = [...text.matchAll(/cqrs_metrics\{([^}]*)\}/g)].map(([, matchers]) => matchers);
      expect(counted.length).toBeGreaterThan(0);
      for (const matchers of counted) expect(matchers).toContain('service!~"(o2cqrs-probe)"');
    },
  );
});

describe("the alerts' SQL", () => {
  const sqlParser = new Parser();

  it.each(sqls)("of %s parses and names one stream by its stored name", (_, text, query) => {
    expect(() => sqlParser.astify(text)).not.toThrow();
    expect([...text.matchAll(/FROM "([^"]+)"/g)].map(([, name]) => name)).toEqual([query.stream]);
  });

  it("is refused by the parser when it is broken", () => {
    expect(() => sqlParser.astify("SELECT FROM WHERE")).toThrow();
  });

  it.each(sqls)("of %s reads only columns that the contract declares", (_, text, query) => {
    const stream = Object.values(streams).find(({ storedName }) => storedName === query.stream);
    const declared = [...(stream?.fields ?? []).map(({ columnName }) => columnName), "_timestamp", "value"];
    const written = text.replace(/'[^']*'|"[^"]*"/g, "").match(/\b[a-z_]+\b/g) ?? [];
    for (const column of written) expect(declared).toContain(column);
  });

  it.each(sqls)("of %s selects no star and divides nothing", (_, text) => {
    expect(text).not.toMatch(/\bselect\s+\*|\//i);
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
  });
});

describe("metric streams", () => {
  it("that alerts need are the contract's, or the ingest client's own", () => {
    const read = new Set(all.flatMap(([, , query]) => Object.keys(query.metricStreams)));
    for (const name of read) expect([...metricStreams, "cqrs_ingest_records_total"]).toContain(name);
  });
});
