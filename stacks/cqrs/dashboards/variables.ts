import { resourceAttributes, rewriteFieldName, rewriteStreamName, syntheticServices } from "@o2cqrs/contract";
import type { DashboardVariable } from "@o2cqrs/providers";
import { promql, sql } from "../queries/index.js";

/**
 * The choices at the top of every dashboard. Each is a regular expression, so that the start (`.*`) shows
 * all, and one choice fits SQL and PromQL alike.
 */
export const choices = {
  env: { label: "Environment", column: "env", metricLabel: rewriteStreamName(resourceAttributes.env) },
  service: {
    label: "Service",
    column: "service",
    metricLabel: rewriteStreamName(resourceAttributes.service),
  },
  version: {
    label: "Version",
    column: "version",
    metricLabel: rewriteStreamName(resourceAttributes.version),
  },
  type: { label: "Type", column: "type", metricLabel: "type" },
  handler: { label: "Handler", column: "handler", metricLabel: "handler" },
} as const;

export type Choice = keyof typeof choices;

const everyChoice = Object.keys(choices) as Choice[];

/** What says where a process runs; every metric has these labels, whatever it counts. */
export const placeChoices = ["env", "service", "version"] as const satisfies readonly Choice[];

export const variables: readonly DashboardVariable[] = everyChoice.map((name) => ({
  kind: "textbox",
  name,
  label: `${choices[name].label} (regular expression)`,
  value: ".*",
}));

/** Narrows SQL over a log stream to applications, the reader's choices, and a condition of the panel's own. */
export function chosenRecords(condition?: string): string {
  const chosen = everyChoice.map((name) => `re_match(${rewriteFieldName(choices[name].column)}, '$${name}')`);
  const own = condition === undefined ? [] : [condition];
  return [...own, sql.isNot(choices.service.column, syntheticServices), ...chosen].join(" AND ");
}

/** Narrows a metric to applications, and to the reader's choices among the labels that it has. */
export function chosenSeries(metric: string, labels: readonly string[]): string {
  const names = everyChoice.filter(
    (name) => (placeChoices as readonly Choice[]).includes(name) || labels.includes(name),
  );
  const chosen = names.map((name) => `${choices[name].metricLabel}=~"($${name})"`);
  const applications = promql.matcher([choices.service.metricLabel, { not: syntheticServices }]);
  return `${metric}{${[...chosen, applications].join(",")}}`;
}
