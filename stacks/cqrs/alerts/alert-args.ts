import { type AlertDefinition, type Owner, type Severity } from "@o2cqrs/contract";
import type { AlertSpec } from "@o2cqrs/providers";
import { alertQuery } from "../queries/alert-query.js";

export interface AlertContext {
  readonly environment: string;
  readonly service: string;
  /** Seconds between evaluations. */
  readonly evaluationIntervalSeconds: number;
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

/** What the server is told of an alert, all but where it lies and whom it notifies. */
export function alertArgs(
  alert: AlertDefinition,
  context: AlertContext,
): Omit<AlertSpec, "destinations" | "folder"> & { contextAttributes: Record<string, string> } {
  const query = alertQuery(alert, frequencyMinutes(context.evaluationIntervalSeconds));
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
export function linkMinutes(alert: AlertDefinition): number {
  return Math.max(30, 2 * alertQuery(alert, 1).windowMinutes);
}
