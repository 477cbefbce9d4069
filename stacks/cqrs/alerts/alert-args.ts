import { type AlertDefinition, alerts, type Owner, type Severity } from "@o2cqrs/contract";
import type { AlertSpec } from "@o2cqrs/providers";
import { alertQuery, type AlertQuery } from "../queries/alert-query.js";

export interface AlertContext {
  readonly environment: string;
  readonly service: string;
  /** Address of the page of runbooks. */
  readonly runbookUrl: string;
  /** E-mail addresses of those who answer, where they are known. */
  readonly owners: Readonly<Partial<Record<Owner, string | undefined>>>;
}

const pagerDutySeverity: Readonly<Record<Severity, string>> = {
  critical: "critical",
  high: "error",
  medium: "warning",
  low: "info",
};

const colors: Readonly<Record<Severity, string>> = {
  critical: "#b91c1c",
  high: "#ea580c",
  medium: "#ca8a04",
  low: "#2563eb",
};

/** The server schedules in whole minutes. */
export const frequencyMinutes = (seconds: number): number => Math.max(1, Math.ceil(seconds / 60));

/** An alert of the contract, and what the server evaluates for it. */
export interface PlannedAlert {
  readonly alert: AlertDefinition;
  readonly query: AlertQuery;
}

/** Every alert of the contract, evaluated at an interval of so many seconds. */
export function plannedAlerts(evaluationIntervalSeconds: number): PlannedAlert[] {
  const minutes = frequencyMinutes(evaluationIntervalSeconds);
  return Object.values(alerts).map((alert) => ({ alert, query: alertQuery(alert, minutes) }));
}

/** What the server is told of an alert, all but where it lies and whom it notifies. */
export function alertArgs(
  { alert, query }: PlannedAlert,
  context: AlertContext,
): Omit<AlertSpec, "destinations" | "folder"> & { contextAttributes: Record<string, string> } {
  const owner = context.owners[alert.owner];
  return {
    name: alert.name,
    description: `${alert.title}. ${alert.summary}`,
    stream: query.stream,
    streamType: query.streamType,
    condition: query.condition,
    trigger: { ...query.trigger, silenceMinutes: alert.silenceMinutes },
    ...(owner !== undefined && { owner }),
    contextAttributes: {
      title: alert.title,
      summary: alert.summary,
      severity: alert.severity,
      pagerduty_severity: pagerDutySeverity[alert.severity],
      color: colors[alert.severity],
      environment: context.environment,
      service: context.service,
      owner: owner ?? alert.owner,
      group: alert.group,
      limit: query.limit,
      runbook_url: `${context.runbookUrl}#${alert.name}`,
      // Rows fill these in first; an alert whose rows lack one says so.
      type: "any",
      handler: "any",
      value: "none",
    },
  };
}

/** Minutes that a reader who follows an alert's link should see: the window twice, to see it begin. */
export const linkMinutes = ({ windowMinutes }: Pick<AlertQuery, "windowMinutes">): number =>
  Math.max(30, 2 * windowMinutes);

/** Every metric stream that alerts read, with the labels that they read there. */
export function metricStreamsOf(planned: readonly PlannedAlert[]): Record<string, string[]> {
  const read: Record<string, string[]> = {};
  for (const { query } of planned)
    for (const [stream, labels] of Object.entries(query.metricStreams))
      read[stream] = [...new Set([...(read[stream] ?? []), ...labels])];
  return read;
}
