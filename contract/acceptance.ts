import { envNames } from "./env.js";
import { acceptanceFields } from "./logs.js";
import { metrics } from "./metrics.js";
import { logStreamRoles, streams } from "./streams.js";
import { acceptance, thresholds } from "./thresholds.js";

/** Which of the plan's lists an item stands on. */
export type AcceptanceList =
  /** The acceptance criteria of the whole introduction. */
  | "acceptance"
  /** Gone through at every release, or weekly. */
  | "release"
  /** The one-page checklist of whoever is on call. */
  | "onePage";

export type AcceptanceArea =
  | "environment"
  | "logs"
  | "metrics"
  | "traces"
  | "alerts"
  | "pipeline"
  | "dashboards"
  | "security"
  | "release";

/** One thing that must hold for the platform to be accepted; `o2cqrs verify` has a check for each. */
export interface AcceptanceItem {
  readonly title: string;
  readonly area: AcceptanceArea;
  readonly lists: readonly AcceptanceList[];
  /** What is measured against, for people. */
  readonly threshold: string;
}

const percent = (share: number) => `${(share * 100).toFixed(0)}%`;
const hours = `${acceptance.latencyWindowHours} h`;
const streamCount = Object.keys(streams).length;

/** Every item of the acceptance criteria and of both checklists. */
export const acceptanceItems = {
  "env-complete": {
    title: "The application's environment is complete and valid",
    area: "environment",
    lists: ["release", "onePage"],
    threshold: `${Object.keys(envNames).length} names`,
  },
  "streams-exist": {
    title: "The streams exist",
    area: "environment",
    lists: ["release", "onePage"],
    threshold: `${streamCount} of ${streamCount}`,
  },
  "streams-writable": {
    title: "The streams take records with the application's credentials",
    area: "environment",
    lists: ["onePage"],
    threshold: "every one",
  },
  "otlp-reachable": {
    title: "The OTLP endpoints answer",
    area: "environment",
    lists: ["onePage"],
    threshold: "logs, metrics, traces",
  },
  "log-coverage": {
    title: "Every traced operation has its log record",
    area: "logs",
    lists: ["acceptance"],
    threshold: percent(1),
  },
  "log-fields": {
    title: "Every record has the common fields",
    area: "logs",
    lists: ["acceptance", "onePage"],
    threshold: `${percent(acceptance.minFieldCompleteness)} of ${acceptanceFields.join(", ")}`,
  },
  "log-status-fields": {
    title: "Every record says how the operation went",
    area: "logs",
    lists: ["acceptance"],
    threshold: `${percent(acceptance.minFieldCompleteness)} of status; cache_hit, stale; status, subscriber`,
  },
  "metrics-labelled": {
    title: "The metrics are there, with their labels",
    area: "metrics",
    lists: ["onePage"],
    threshold: `${Object.keys(metrics).length} metrics`,
  },
  "query-latency": {
    title: "Queries are fast",
    area: "metrics",
    lists: ["acceptance", "onePage"],
    threshold: `p95 ≤ ${acceptance.queryLatencyP95Ms} ms over ${hours}`,
  },
  "command-latency": {
    title: "Commands are fast",
    area: "metrics",
    lists: ["acceptance", "onePage"],
    threshold: `p95 ≤ ${acceptance.commandLatencyP95Ms} ms over ${hours}`,
  },
  "command-errors": {
    title: "Commands succeed",
    area: "metrics",
    lists: ["onePage"],
    threshold: `error rate ≤ ${percent(thresholds.commandErrorRate.value)}`,
  },
  "cache-hit-ratio": {
    title: "The query cache answers",
    area: "metrics",
    lists: ["acceptance", "onePage"],
    threshold: `≥ ${percent(acceptance.minCacheHitRatio)}, by type`,
  },
  "background-refresh": {
    title: "Background refresh and de-duplication are at work and counted",
    area: "metrics",
    lists: ["acceptance", "onePage"],
    threshold: `${metrics.backgroundRefreshActive.name}, ${metrics.inflightOperations.name}`,
  },
  "span-coverage": {
    title: "Operations are traced",
    area: "traces",
    lists: ["acceptance", "onePage"],
    threshold: `≥ ${percent(acceptance.minSpanCoverage)} of command, query and event each`,
  },
  "log-trace-link": {
    title: "Log records lead to their trace",
    area: "traces",
    lists: ["acceptance", "release"],
    threshold: `sample of ≥ ${acceptance.minTraceSample}, all`,
  },
  "exceptions-recorded": {
    title: "Failed spans carry their exception",
    area: "traces",
    lists: ["acceptance", "release"],
    threshold: "every error span",
  },
  "alerts-enabled": {
    title: "The alert rules are on",
    area: "alerts",
    lists: ["release", "onePage"],
    threshold: "every declared rule",
  },
  "dlq-alert-immediate": {
    title: "An event in the dead-letter queue alerts at once",
    area: "alerts",
    lists: ["acceptance"],
    threshold: `${thresholds.eventDlq.severity}, no waiting time`,
  },
  "alert-notifications": {
    title: "Test notifications reach their destination",
    area: "alerts",
    lists: ["onePage"],
    threshold: "every destination",
  },
  "alert-history": {
    title: "Alerts were evaluated, and what fired is known",
    area: "alerts",
    lists: ["release"],
    threshold: `last ${acceptance.alertHistoryDays} days`,
  },
  "alert-drill": {
    title: "Injected faults alert, and nothing else does",
    area: "alerts",
    lists: ["acceptance"],
    threshold: `hit rate ≥ ${percent(acceptance.minAlertHitRate)}, false positives < ${percent(acceptance.maxAlertFalsePositiveRate)}`,
  },
  "pipelines-enabled": {
    title: "The masking pipelines are on and fail closed",
    area: "pipeline",
    lists: ["release", "onePage"],
    threshold: `${logStreamRoles.length} of ${logStreamRoles.length}`,
  },
  "pii-probe": {
    title: "Known personal data cannot be read back",
    area: "pipeline",
    lists: ["acceptance", "release", "onePage"],
    threshold: `≥ ${acceptance.minPiiSample} records a stream, none readable`,
  },
  "pii-sample": {
    title: "Stored records hold no personal data",
    area: "pipeline",
    lists: ["release"],
    threshold: `sample of ≥ ${acceptance.minPiiSample}, none`,
  },
  "errors-become-metrics": {
    title: "Error records become metric records",
    area: "pipeline",
    lists: ["onePage"],
    threshold: `as many as error records`,
  },
  retention: {
    title: "Every stream has its retention",
    area: "pipeline",
    lists: ["onePage"],
    threshold: "as declared",
  },
  "rates-set": {
    title: "Sampling and batch size are set",
    area: "pipeline",
    lists: ["onePage"],
    threshold: `${envNames.samplingRate}, ${envNames.batchSize}`,
  },
  "dashboards-load": {
    title: "The dashboards load and every panel's query runs",
    area: "dashboards",
    lists: ["acceptance", "release", "onePage"],
    threshold: "every panel",
  },
  "dashboard-drill-down": {
    title: "The dashboards can be narrowed by type and handler",
    area: "dashboards",
    lists: ["acceptance", "onePage"],
    threshold: "variables type and handler",
  },
  "dashboard-presets": {
    title: "The dashboards have views of the last 15 min, 1 h and 24 h",
    area: "dashboards",
    lists: ["acceptance"],
    threshold: "15 min, 1 h, 24 h",
  },
  "tokens-private": {
    title: "No credential lies in plaintext in the project",
    area: "security",
    lists: ["acceptance", "onePage"],
    threshold: "none found",
  },
  "token-rights": {
    title: "The application's token is checked and may only do its work",
    area: "security",
    lists: ["onePage"],
    threshold: "wrong token refused",
  },
  https: {
    title: "Production is reached by HTTPS",
    area: "security",
    lists: ["acceptance", "onePage"],
    threshold: "https, certificate valid",
  },
  "rate-limit": {
    title: "The entrance limits rates",
    area: "security",
    lists: ["onePage"],
    threshold: "429 over the limit",
  },
  "no-dead-letters": {
    title: "No new dead letters",
    area: "release",
    lists: ["onePage"],
    threshold: "0",
  },
  "no-quarantine": {
    title: "No record was set aside by the masking pipeline",
    area: "release",
    lists: ["onePage"],
    threshold: "0",
  },
  "release-rehearsed": {
    title: "Release and rollback were rehearsed, with records",
    area: "release",
    lists: ["onePage"],
    threshold: "gate and rollback report",
  },
} as const satisfies Record<string, AcceptanceItem>;

export type AcceptanceId = keyof typeof acceptanceItems;

export const acceptanceIds = Object.keys(acceptanceItems) as AcceptanceId[];
