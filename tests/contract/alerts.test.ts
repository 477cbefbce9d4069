import {
  type AlertDefinition,
  type AlertSignal,
  alerts,
  type ChannelKind,
  channelKinds,
  dashboards,
  errorCodes,
  ingestMetrics,
  logStreamRoles,
  metrics,
  runbookPage,
  severities,
  severityRouting,
} from "@o2cqrs/contract";

const all: AlertDefinition[] = Object.values(alerts);
const ofKind = <Kind extends AlertSignal["kind"]>(kind: Kind) =>
  all.filter(
    (alert): alert is AlertDefinition & { signal: Extract<AlertSignal, { kind: Kind }> } =>
      alert.signal.kind === kind,
  );
const namesIn = (group: string) =>
  all
    .filter((alert) => alert.group === group)
    .map(({ name }) => name)
    .sort();

describe("the catalogue of alerts", () => {
  it("opens the dashboard of the bus whose figures they are, else that of the telemetry itself", () => {
    for (const { name, dashboard, group } of all) {
      const bus = /^cqrs-(command|quer|event)/.exec(name)?.[1];
      const own = { command: "commands", quer: "queries", event: "events" }[bus ?? ""] ?? "runtime";
      expect(`${group} ${dashboard}`).toBe(`${group} ${own}`);
      expect(Object.keys(dashboards)).toContain(dashboard);
    }
  });

  it("is for developers, but for telemetry that is missing, lost or quarantined, which is for operators", () => {
    const operators = all.filter(({ owner }) => owner === "operations").map(({ group }) => group);
    expect(new Set(operators)).toEqual(new Set(["no-data", "pipeline", "ingest"]));
    for (const { owner, group } of all)
      expect(owner).toBe(operators.includes(group) ? "operations" : "development");
  });

  it("puts the alerts of one cause into one group", () => {
    expect(namesIn("command-availability")).toEqual([
      "cqrs-command-availability-burn-fast",
      "cqrs-command-availability-burn-slow",
      "cqrs-command-error-rate",
    ]);
    expect(namesIn("command-latency")).toEqual([
      "cqrs-command-latency-burn-fast",
      "cqrs-command-latency-burn-slow",
      "cqrs-command-latency-p95",
    ]);
    expect(namesIn("query-latency")).toContain("cqrs-query-latency-p95");
    expect(namesIn("event-dead-letter")).toEqual(["cqrs-event-dead-letter", "cqrs-event-dead-letter-count"]);
    expect(namesIn("query-cache")).toEqual(["cqrs-background-refresh-failing", "cqrs-query-cache-hit-ratio"]);
    expect(namesIn("ingest")).toEqual(["cqrs-export-failures", "cqrs-ingest-failures"]);
    expect(namesIn("pipeline")).toEqual(["cqrs-records-quarantined"]);
    expect(namesIn("handler-missing")).toHaveLength(logStreamRoles.length);
    expect(namesIn("no-data")).toHaveLength(logStreamRoles.length);
  });

  it("wakes people at once for what is lost or spent fast, and waits with what is only degraded", () => {
    const by = (severity: string) =>
      all.filter((alert) => alert.severity === severity).map(({ name }) => name);
    expect(by("critical").sort()).toEqual([
      "cqrs-command-availability-burn-fast",
      "cqrs-command-error-rate",
      "cqrs-command-latency-burn-fast",
      "cqrs-event-availability-burn-fast",
      "cqrs-event-dead-letter",
      "cqrs-event-dead-letter-count",
      "cqrs-event-latency-burn-fast",
      "cqrs-query-availability-burn-fast",
      "cqrs-query-latency-burn-fast",
    ]);
    expect(by("medium").sort()).toEqual(["cqrs-background-refresh-failing", "cqrs-query-cache-hit-ratio"]);
  });

  it("takes an hour's quarter, half, whole or four to repeat itself, by how urgent it is", () => {
    const pauses = { critical: 15, high: 30, medium: 60, low: 240 };
    for (const { severity, silenceMinutes } of all) expect(silenceMinutes).toBe(pauses[severity]);
  });

  it("is as urgent as the threshold that it watches", () => {
    const { commandErrors, eventDeadLetter, cacheHitRatio, queryLatency, commandLatency } = alerts;
    expect(commandErrors).toMatchObject({
      severity: "critical",
      signal: { kind: "errorRatio", threshold: "commandErrorRate" },
    });
    expect(eventDeadLetter).toMatchObject({
      severity: "critical",
      signal: { kind: "deadLetter", threshold: "eventDlq" },
    });
    expect(cacheHitRatio).toMatchObject({
      severity: "medium",
      signal: { kind: "gauge", threshold: "queryCacheHitRatio" },
    });
    for (const { severity } of [queryLatency, commandLatency]) expect(severity).toBe("high");
  });

  it("is urgent, though it can wait for the morning, where telemetry is kept out or given up", () => {
    const { quarantine, ingestFailures, exportFailures } = alerts;
    for (const { severity } of [quarantine, ingestFailures, exportFailures]) expect(severity).toBe("high");
    expect(quarantine.signal).toEqual({ kind: "quarantine", windowMinutes: 5 });
    expect(ingestFailures.signal).toMatchObject({ by: ["stream"] });
    expect(exportFailures.signal).toMatchObject({ by: ["signal"] });
  });

  it("has its runbook in a page of this repository", () => {
    expect(runbookPage).toBe("docs/runbooks.md");
  });

  it("watches the 95th percentile for latency", () => {
    expect(ofKind("latency").map(({ signal }) => signal)).toEqual([
      { kind: "latency", threshold: "queryLatencyP95", quantile: 0.95 },
      { kind: "latency", threshold: "commandLatencyP95", quantile: 0.95 },
    ]);
  });

  it("watches one error code of each bus for handlers, and the queries' for refreshes", () => {
    const watched = ofKind("errorCode").map(({ signal }) => `${signal.stream} ${signal.code}`);
    expect(watched.sort()).toEqual(
      [
        ...logStreamRoles.map((role) => `${role} ${errorCodes.handlerMissing}`),
        `queries ${errorCodes.refreshFailed}`,
      ].sort(),
    );
  });

  it("watches the silence of a stream only while it is remembered to have spoken", () => {
    expect(ofKind("silence").map(({ signal }) => signal.stream)).toEqual(logStreamRoles);
    for (const { signal, summary } of ofKind("silence")) {
      expect(signal.windowMinutes).toBeGreaterThanOrEqual(15);
      expect(signal.lookBackMinutes).toBeGreaterThan(2 * signal.windowMinutes);
      expect(summary).toContain(`cqrs-${signal.stream}`);
    }
  });

  it("watches counters by labels that they have", () => {
    const labelsOf = (name: string): readonly string[] =>
      [...Object.values(metrics), ...Object.values(ingestMetrics)].find((metric) => metric.name === name)
        ?.labels ?? [];
    const growth = ofKind("growth");
    expect(growth.map(({ signal }) => signal.metric).sort()).toEqual([
      metrics.eventDlqTotal.name,
      ingestMetrics.exportFailures.name,
      ingestMetrics.records.name,
    ]);
    for (const { signal } of growth) {
      const read = [...signal.by, ...Object.keys(signal.where ?? {})];
      expect(read.length).toBeGreaterThan(0);
      expect(labelsOf(signal.metric)).toEqual(expect.arrayContaining(read));
    }
    expect(alerts.ingestFailures.signal).toMatchObject({ where: { outcome: "dropped" } });
  });

  it("names what burns, and how fast", () => {
    expect(alerts.queryLatencyFastBurn.title).toBe("Queries are fast: error budget burns fast");
    expect(alerts.queryLatencySlowBurn.title).toBe("Queries are fast: error budget burns steadily");
    expect(alerts.queryLatencyFastBurn.summary).toBe(
      "The error budget is spent 14.4 times too fast over 1 h.",
    );
  });

  it("names the bus that is silent or lacks a handler", () => {
    expect(alerts.queriesSilence.title).toBe("No query records");
    expect(alerts.queriesHandlerMissing).toMatchObject({
      name: "cqrs-query-handler-missing",
      title: "No handler for a query",
      summary: "A query has no handler, or two claim it: a release lacks a registration.",
    });
    expect(alerts.eventsHandlerMissing.title).toBe("No handler for an event");
  });
});

describe("routing by severity", () => {
  it("tells webhook and Alertmanager everything but what Slack or e-mail alone should know", () => {
    for (const severity of severities) {
      expect(severityRouting[severity]).toEqual(expect.arrayContaining(["webhook", "alertmanager"]));
      expect(new Set(severityRouting[severity]).size).toBe(severityRouting[severity].length);
    }
  });

  it("tells every kind of receiver of what is critical, and fewer people the less urgent it is", () => {
    expect([...severityRouting.critical].sort()).toEqual([...channelKinds].sort());
    const counts = severities.map((severity) => severityRouting[severity].length);
    expect([...counts].sort((a, b) => b - a)).toEqual(counts);
  });

  it("tells Slack of what the day must know, and mailboxes of what is urgent or can wait", () => {
    const heardBy = (kind: ChannelKind) => severities.filter((each) => severityRouting[each].includes(kind));
    expect(heardBy("slack").sort()).toEqual(["critical", "high", "medium"]);
    expect(heardBy("email").sort()).toEqual(["critical", "high", "low"]);
  });

  it("disturbs nobody in Slack with what is low, and fills no inbox with what is medium", () => {
    expect(severityRouting.low).not.toContain("slack");
    expect(severityRouting.medium).not.toContain("email");
  });
});
