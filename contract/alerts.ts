import { type DashboardId } from "./dashboards.js";
import { errorCodes } from "./error-codes.js";
import { ingestMetrics } from "./ingest.js";
import { type BurnRateName, burnRates, type ObjectiveName, objectives } from "./objectives.js";
import { type Severity } from "./severity.js";
import { type LogStreamRole, logStreamRoles, streams } from "./streams.js";
import { type ThresholdName, thresholds } from "./thresholds.js";

/** What an alert watches; the query is built from it. */
export type AlertSignal =
  /** A quantile of a duration histogram beyond its threshold, all through the threshold's window. */
  | { readonly kind: "latency"; readonly threshold: ThresholdName; readonly quantile: number }
  /** Share of a counter's operations that failed, beyond its threshold all through the window. */
  | { readonly kind: "errorRatio"; readonly threshold: ThresholdName }
  /** A gauge that is beyond its threshold all through the window. */
  | { readonly kind: "gauge"; readonly threshold: ThresholdName }
  /** A counter that grew. */
  | {
      readonly kind: "growth";
      readonly metric: string;
      /** Labels that one notification is sent for. */
      readonly by: readonly string[];
      /** Only series with these labels. */
      readonly where?: Readonly<Record<string, string>>;
    }
  /** A dead-lettered event, seen in its record the moment it arrives. */
  | { readonly kind: "deadLetter"; readonly threshold: ThresholdName }
  /** No record in a stream for so long, though there was one within the longer time. */
  | {
      readonly kind: "silence";
      readonly stream: LogStreamRole;
      readonly windowMinutes: number;
      readonly lookBackMinutes: number;
    }
  /** Records in quarantine. */
  | { readonly kind: "quarantine"; readonly windowMinutes: number }
  /** Records with an error code. */
  | {
      readonly kind: "errorCode";
      readonly stream: LogStreamRole;
      readonly code: string;
      readonly windowMinutes: number;
    }
  /** An error budget that is spent too fast, seen in both windows. */
  | { readonly kind: "burnRate"; readonly objective: ObjectiveName; readonly pace: BurnRateName };

/** The team roles of the plan that answer for an alert. */
export type Owner = "development" | "operations";

export interface AlertDefinition {
  /** Name on the server, unique; also the heading of its section in {@link runbookPage}. */
  readonly name: string;
  readonly title: string;
  /** What it means to a reader who is woken by it, one sentence. */
  readonly summary: string;
  readonly severity: Severity;
  readonly signal: AlertSignal;
  readonly owner: Owner;
  /** Dashboard that shows the cause. */
  readonly dashboard: DashboardId;
  /** Alerts of one cause share it: receivers that can put notifications together do so by it. */
  readonly group: string;
  /** Minutes without another notification after one. */
  readonly silenceMinutes: number;
}

/** How soon an alert is worth repeating, by how urgent it is. */
const silenceMinutes: Readonly<Record<Severity, number>> = { critical: 15, high: 30, medium: 60, low: 240 };

type Declared = Omit<AlertDefinition, "silenceMinutes" | "severity"> & { readonly severity?: Severity };

function alert(definition: Declared): AlertDefinition {
  const { signal } = definition;
  const severity =
    definition.severity ?? ("threshold" in signal ? thresholds[signal.threshold].severity : "medium");
  return { ...definition, severity, silenceMinutes: silenceMinutes[severity] };
}

/** The alerts on the plan's thresholds. */
const thresholdAlerts = {
  queryLatency: alert({
    name: "cqrs-query-latency-p95",
    title: thresholds.queryLatencyP95.title,
    summary: "One query in twenty takes longer than its limit, and has for the whole window.",
    signal: { kind: "latency", threshold: "queryLatencyP95", quantile: 0.95 },
    owner: "development",
    dashboard: "queries",
    group: "query-latency",
  }),
  commandLatency: alert({
    name: "cqrs-command-latency-p95",
    title: thresholds.commandLatencyP95.title,
    summary: "One command in twenty takes longer than its limit, and has for the whole window.",
    signal: { kind: "latency", threshold: "commandLatencyP95", quantile: 0.95 },
    owner: "development",
    dashboard: "commands",
    group: "command-latency",
  }),
  commandErrors: alert({
    name: "cqrs-command-error-rate",
    title: thresholds.commandErrorRate.title,
    summary: "More commands fail than are allowed to, and have for the whole window.",
    signal: { kind: "errorRatio", threshold: "commandErrorRate" },
    owner: "development",
    dashboard: "commands",
    group: "command-availability",
  }),
  eventDeadLetter: alert({
    name: "cqrs-event-dead-letter",
    title: thresholds.eventDlq.title,
    summary: "An event was given up; what it should have changed has not changed.",
    signal: { kind: "deadLetter", threshold: "eventDlq" },
    owner: "development",
    dashboard: "events",
    group: "event-dead-letter",
  }),
  eventDeadLetterCount: alert({
    name: "cqrs-event-dead-letter-count",
    title: thresholds.eventDlq.title,
    summary: "The count of given-up events grew; it tells of them even when their records are missing.",
    severity: thresholds.eventDlq.severity,
    signal: { kind: "growth", metric: thresholds.eventDlq.metric, by: ["type"] },
    owner: "development",
    dashboard: "events",
    group: "event-dead-letter",
  }),
  cacheHitRatio: alert({
    name: "cqrs-query-cache-hit-ratio",
    title: thresholds.queryCacheHitRatio.title,
    summary: "Most queries miss the cache and reach their handlers, and have for the whole window.",
    signal: { kind: "gauge", threshold: "queryCacheHitRatio" },
    owner: "development",
    dashboard: "queries",
    group: "query-cache",
  }),
};

const busOf = { commands: "command", queries: "query", events: "event" } as const;
const oneOf = { commands: "a command", queries: "a query", events: "an event" } as const;

const silenceAlerts = Object.fromEntries(
  logStreamRoles.map((role) => [
    `${role}Silence`,
    alert({
      name: `cqrs-${role}-no-data`,
      title: `No ${busOf[role]} records`,
      summary: `Nothing reaches ${streams[role].name} any more: the application is down, idle, or cannot deliver.`,
      severity: "high",
      signal: { kind: "silence", stream: role, windowMinutes: 15, lookBackMinutes: 120 },
      owner: "operations",
      dashboard: role,
      group: "no-data",
    }),
  ]),
) as Record<`${LogStreamRole}Silence`, AlertDefinition>;

const handlerAlerts = Object.fromEntries(
  logStreamRoles.map((role) => [
    `${role}HandlerMissing`,
    alert({
      name: `cqrs-${busOf[role]}-handler-missing`,
      title: `No handler for ${oneOf[role]}`,
      summary: `${oneOf[role].replace("a", "A")} has no handler, or two claim it: a release lacks a registration.`,
      severity: "high",
      signal: { kind: "errorCode", stream: role, code: errorCodes.handlerMissing, windowMinutes: 5 },
      owner: "development",
      dashboard: role,
      group: "handler-missing",
    }),
  ]),
) as Record<`${LogStreamRole}HandlerMissing`, AlertDefinition>;

/** What an operator needs beside them. */
const operationAlerts = {
  quarantine: alert({
    name: "cqrs-records-quarantined",
    title: "Records in quarantine",
    summary: "The pipeline could not mask records and kept them out of the streams.",
    severity: "high",
    signal: { kind: "quarantine", windowMinutes: 5 },
    owner: "operations",
    dashboard: "runtime",
    group: "pipeline",
  }),
  ingestFailures: alert({
    name: "cqrs-ingest-failures",
    title: "Telemetry is being dropped",
    summary: "The application could not deliver telemetry and gave it up: figures are too low.",
    severity: "high",
    signal: {
      kind: "growth",
      metric: ingestMetrics.records.name,
      by: ["stream"],
      where: { outcome: "dropped" },
    },
    owner: "operations",
    dashboard: "runtime",
    group: "ingest",
  }),
  exportFailures: alert({
    name: "cqrs-export-failures",
    title: "Spans or metrics are being lost",
    summary:
      "The server did not take spans or metrics (OTLP), and they were given up: what they tell is incomplete.",
    severity: "high",
    signal: { kind: "growth", metric: ingestMetrics.exportFailures.name, by: ["signal"] },
    owner: "operations",
    dashboard: "runtime",
    group: "ingest",
  }),
  refreshFailing: alert({
    name: "cqrs-background-refresh-failing",
    title: "Background refresh failing",
    summary: "Stale answers cannot be refreshed in the background and grow older.",
    severity: "medium",
    signal: { kind: "errorCode", stream: "queries", code: errorCodes.refreshFailed, windowMinutes: 10 },
    owner: "development",
    dashboard: "runtime",
    group: "query-cache",
  }),
};

type BurnRateAlertName = `${ObjectiveName}${Capitalize<BurnRateName>}Burn`;

const entries = <Key extends string, Value>(record: Readonly<Record<Key, Value>>) =>
  Object.entries(record) as [Key, Value][];

const burnRateAlerts = Object.fromEntries(
  entries(objectives).flatMap(([objective, { title, bus, kind }]) =>
    entries(burnRates).map(([pace, { severity, factor, longWindowMinutes }]) => [
      `${objective}${pace === "fast" ? "Fast" : "Slow"}Burn`,
      alert({
        name: `cqrs-${bus}-${kind}-burn-${pace}`,
        title: `${title}: error budget burns ${pace === "fast" ? "fast" : "steadily"}`,
        summary: `The error budget is spent ${factor} times too fast over ${longWindowMinutes / 60} h.`,
        severity,
        signal: { kind: "burnRate", objective, pace },
        owner: "development",
        dashboard: bus === "query" ? "queries" : `${bus}s`,
        group: `${bus}-${kind}`,
      }),
    ]),
  ),
) as Record<BurnRateAlertName, AlertDefinition>;

/** Every alert of the platform; the alerts on the server, their docs and their tests are made from it. */
export const alerts = {
  ...thresholdAlerts,
  ...silenceAlerts,
  ...operationAlerts,
  ...handlerAlerts,
  ...burnRateAlerts,
};

export type AlertId = keyof typeof alerts;

/** The kinds of receivers that a stack can be given. */
export const channelKinds = ["webhook", "slack", "email", "pagerduty", "alertmanager"] as const;
export type ChannelKind = (typeof channelKinds)[number];

/**
 * Who hears of an alert. A webhook and Alertmanager hear everything, as they route on; people are woken only
 * by what cannot wait. An alert whose channels are all absent goes to every channel there is.
 */
export const severityRouting: Readonly<Record<Severity, readonly ChannelKind[]>> = {
  critical: ["webhook", "alertmanager", "pagerduty", "slack", "email"],
  high: ["webhook", "alertmanager", "slack", "email"],
  medium: ["webhook", "alertmanager", "slack"],
  low: ["webhook", "alertmanager", "email"],
};

/** Page of the runbooks in this repository; a section each, headed by the alert's name. */
export const runbookPage = "docs/runbooks.md";
