import { readFile } from "node:fs/promises";
import { alerts, streams } from "@o2cqrs/contract";
import { parseDuration } from "@o2cqrs/local-openobserve/promql";
import { LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { messageOf, usageError } from "../cli/errors.js";
import { labelsOf, samplesOf } from "./samples.js";

/** A text that is read further; what the reading throws becomes the issue's message. */
const readAs = <Result>(read: (text: string) => Result) =>
  z.string().transform((text, context): Result => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: messageOf(error) });
      return z.NEVER;
    }
  });

/** Milliseconds, written `10m` or `1h30m`. */
const duration = readAs(parseDuration);

const positiveDuration = duration.refine((milliseconds) => milliseconds > 0, "must be longer than nothing");

const alertname = z.enum(Object.values(alerts).map(({ name }) => name));

const labelValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const logStreams = Object.values(streams).filter(({ type }) => type === "logs");

const inputRecords = z
  .strictObject({
    stream: z.enum(logStreams.map(({ name }) => name)),
    /** When the first one arrives. */
    at: duration,
    every: positiveDuration.default(60_000),
    count: z.int().min(1).max(10_000).default(1),
    record: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  })
  .superRefine(({ stream, record }, context) => {
    const columns = logStreams.find(({ name }) => name === stream)?.fields ?? [];
    for (const field of Object.keys(record)) {
      if (columns.some(({ columnName }) => columnName === field)) continue;
      context.addIssue({ code: "custom", path: ["record", field], message: `${stream} has no such column` });
    }
  });

const alertRuleTest = z.strictObject({
  eval_time: duration,
  alertname,
  /** Every alert that fires then; none when empty. */
  exp_alerts: z
    .array(z.strictObject({ exp_labels: z.record(z.string(), labelValue).default({}) }))
    .default([]),
});

const notificationTest = z.strictObject({
  alertname,
  /** The alert is evaluated each minute from 1m to this time. */
  until: positiveDuration,
  /** Every time at which it notifies, the silence after each respected. */
  exp_times: z.array(duration),
});

const alertTest = z
  .strictObject({
    name: z.string().min(1),
    /** Between two samples of a series. */
    interval: positiveDuration.default(60_000),
    input_series: z
      .array(z.strictObject({ series: readAs(labelsOf), values: readAs(samplesOf) }))
      .default([]),
    input_records: z.array(inputRecords).default([]),
    alert_rule_test: z.array(alertRuleTest).default([]),
    notification_test: z.array(notificationTest).default([]),
  })
  .refine(
    ({ alert_rule_test, notification_test }) => alert_rule_test.length + notification_test.length > 0,
    "expects nothing: add alert_rule_test or notification_test",
  );

const caseFile = z.strictObject({ tests: z.array(alertTest).min(1) });

/** One case: what is put in, and what alerts must make of it. Times in milliseconds. */
export type AlertTest = z.infer<typeof alertTest>;

/**
 * The cases of a YAML file in the manner of promtool's rule tests.
 * @param file its name, for messages
 * @throws OperatorError that names the file, line and path of everything that is wrong
 */
export function parseCaseFile(text: string, file: string): readonly AlertTest[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined) throw usageError(`${file}: ${syntax.message}`);
  const parsed = caseFile.safeParse(document.toJS());
  if (parsed.success) return parsed.data.tests;
  const lineOf = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined;
      if (node?.range !== undefined) return `:${lines.linePos(node.range[0]).line}`;
    }
    return "";
  };
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${file}${lineOf(path)}: ${pathText(path)}${message}`,
  );
  throw usageError(problems.join("\n"), "docs/alerts.md describes the form of the cases.");
}

/** `tests[0].input_series[1].values: ` */
function pathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
  return text === "" ? "" : `${text}: `;
}

/** @throws OperatorError when it cannot be read, or is not as it should be */
export async function readCaseFile(file: string): Promise<readonly AlertTest[]> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw usageError(`${file} cannot be read: ${messageOf(error)}`);
  });
  return parseCaseFile(text, file);
}
