import {
  derivedMetricRecord,
  type MetricDefinition,
  metrics,
  type ObjectiveSource,
  resourceAttributes,
  rewriteFieldName,
  rewriteStreamName,
  syntheticServices,
} from "@o2cqrs/contract";
import type { DashboardVariable } from "@o2cqrs/providers";
import { type Counted, promql, sql } from "../queries/index.js";

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
const placeChoices: readonly Choice[] = ["env", "service", "version"];

/** What the pipeline's counts of records tell apart. */
const derivedChoices = everyChoice.filter((name) => choices[name].column in derivedMetricRecord.shape);

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

/** What narrows a series to applications, and to some of the reader's choices. */
function chosen(names: readonly Choice[], labelOf: (choice: Choice) => string): promql.Matchers {
  return Object.fromEntries(
    names.map((name) => {
      const not = name === "service" ? { not: syntheticServices } : {};
      return [labelOf(name), { like: `$${name}`, ...not }];
    }),
  );
}

const metricLabel = (name: Choice) => choices[name].metricLabel;

/** The reader's choices among the labels that a metric has. */
const choicesOf = (labels: readonly string[]): readonly Choice[] => [
  ...placeChoices,
  ...everyChoice.filter((name) => labels.includes(name)),
];

/** Narrows a metric to applications, and to the reader's choices among the labels that it has. */
export const chosenSeries = (metric: string, labels: readonly string[]): string =>
  promql.series(metric, chosen(choicesOf(labels), metricLabel));

/** Narrows what an objective counts: by what both its sides have, or it would compare one with the other's all. */
export function chosenCounts({ kind, metric }: ObjectiveSource): Counted {
  const measured = Object.values<MetricDefinition>(metrics).find(({ name }) => name === metric);
  const isMeasured = kind === "status" || kind === "histogram";
  const names = isMeasured ? choicesOf(measured?.labels ?? []) : derivedChoices;
  return { records: chosen(names, (name) => choices[name].column), metrics: chosen(names, metricLabel) };
}
