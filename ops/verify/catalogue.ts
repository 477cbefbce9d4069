import { type AcceptanceId } from "@o2cqrs/contract";
import { type Check } from "./check.js";
import * as alerts from "./checks/alerts.js";
import * as dashboards from "./checks/dashboards.js";
import * as environment from "./checks/environment.js";
import * as logs from "./checks/logs.js";
import * as metrics from "./checks/metrics.js";
import * as pii from "./checks/pii.js";
import * as pipelines from "./checks/pipelines.js";
import * as release from "./checks/release.js";
import * as security from "./checks/security.js";
import * as traces from "./checks/traces.js";

/** The check of every acceptance item. An item of the contract without a check does not compile. */
export const checks: Readonly<Record<AcceptanceId, Check>> = {
  "env-complete": environment.envComplete,
  "streams-exist": environment.streamsExist,
  "streams-writable": environment.streamsWritable,
  "otlp-reachable": environment.otlpReachable,
  "log-coverage": logs.logCoverage,
  "log-fields": logs.logFields,
  "log-status-fields": logs.logStatusFields,
  "metrics-labelled": metrics.metricsLabelled,
  "query-latency": metrics.queryLatency,
  "command-latency": metrics.commandLatency,
  "command-errors": metrics.commandErrors,
  "cache-hit-ratio": metrics.cacheHitRatio,
  "background-refresh": metrics.backgroundRefresh,
  "span-coverage": traces.spanCoverage,
  "log-trace-link": traces.logTraceLink,
  "exceptions-recorded": traces.exceptionsRecorded,
  "alerts-enabled": alerts.alertsEnabled,
  "dlq-alert-immediate": alerts.dlqAlertImmediate,
  "alert-notifications": alerts.alertNotifications,
  "alert-history": alerts.alertHistory,
  "alert-drill": alerts.alertDrill,
  "pipelines-enabled": pipelines.pipelinesEnabled,
  "pii-probe": pii.piiProbe,
  "pii-sample": pii.piiSample,
  "errors-become-metrics": pipelines.errorsBecomeMetrics,
  retention: pipelines.retention,
  "rates-set": pipelines.ratesSet,
  "dashboards-load": dashboards.dashboardsLoad,
  "dashboard-drill-down": dashboards.dashboardDrillDown,
  "dashboard-presets": dashboards.dashboardPresets,
  "tokens-private": security.tokensPrivate,
  "token-rights": security.tokenRights,
  https: security.https,
  "rate-limit": security.rateLimit,
  "no-dead-letters": pipelines.noDeadLetters,
  "no-quarantine": pipelines.noQuarantine,
  "release-rehearsed": release.releaseRehearsed,
};
