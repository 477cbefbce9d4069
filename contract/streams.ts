import { z } from "zod";
import { type ColumnType, fieldTraits, type FieldTraits } from "./fields.js";
import { commandLog, commonFields, eventLog, queryLog } from "./logs.js";
import { metrics } from "./metrics.js";
import { rewriteFieldName, rewriteStreamName } from "./names.js";
import { piiMarker } from "./pii.js";

export interface StreamField extends FieldTraits {
  /** Name the application writes. */
  readonly name: string;
  /** Column the server stores it in. */
  readonly columnName: string;
  readonly column: ColumnType;
  /** Whether every record has it. */
  readonly required: boolean;
}

export interface StreamDefinition {
  /** Name the application is told; the server answers to `storedName`. */
  readonly name: string;
  readonly storedName: string;
  readonly type: "logs" | "metrics" | "traces";
  readonly description: string;
  readonly fields: readonly StreamField[];
  /** Columns searched by `match_all`. */
  readonly fullTextSearch: readonly string[];
  /** Columns with an index of exact values. */
  readonly index: readonly string[];
  /** Columns that records are partitioned by. */
  readonly partitionKeys: readonly string[];
  /** Days that records are kept; a stack may override it. */
  readonly retentionDays: number;
  /** Whether records pass the masking pipeline. */
  readonly masked: boolean;
}

/** The columns of a log schema, in the order of its declaration. */
export function columnsOf(schema: z.ZodObject): StreamField[] {
  return Object.entries<z.core.$ZodType>(schema.shape).flatMap(([name, field]) => {
    const traits = traitsOf(field);
    if (traits?.column === undefined) return [];
    const required = !(field instanceof z.ZodOptional);
    return [{ ...traits, column: traits.column, name, columnName: rewriteFieldName(name), required }];
  });
}

/** Traits are registered on the type itself, under an `optional()` that may wrap it. */
function traitsOf(field: z.core.$ZodType): FieldTraits | undefined {
  const inner = field instanceof z.ZodOptional ? field.unwrap() : field;
  return fieldTraits.get(inner as z.ZodType);
}

const added = (name: string, column: ColumnType, description: string): StreamField => ({
  name,
  columnName: rewriteFieldName(name),
  column,
  description,
  required: true,
});

const marker = added(piiMarker, "Boolean", "Set by the pipeline when masking ran to its end");

interface LogStreamOptions {
  readonly name: string;
  readonly description: string;
  readonly fields: readonly StreamField[];
  readonly partitionKeys?: readonly string[];
  readonly retentionDays: number;
  readonly masked: boolean;
}

function logStream(options: LogStreamOptions): StreamDefinition {
  const indexed = (index: FieldTraits["index"]) =>
    options.fields.filter((field) => field.index === index).map((field) => field.columnName);
  return {
    ...options,
    type: "logs",
    storedName: rewriteStreamName(options.name),
    fullTextSearch: indexed("fullText"),
    index: indexed("secondary"),
    partitionKeys: options.partitionKeys ?? [],
  };
}

const cqrsStream = (name: string, description: string, schema: z.ZodObject): StreamDefinition =>
  logStream({
    name,
    description,
    fields: [...columnsOf(schema), marker],
    partitionKeys: ["env"],
    retentionDays: 30,
    masked: true,
  });

const none: readonly string[] = [];

/** Every stream of the application. */
export const streams = {
  commands: cqrsStream("cqrs-commands", "Commands executed", commandLog),
  queries: cqrsStream("cqrs-queries", "Queries answered", queryLog),
  events: cqrsStream("cqrs-events", "Events published and handled", eventLog),
  metrics: {
    name: "cqrs-metrics",
    storedName: rewriteStreamName("cqrs-metrics"),
    type: "metrics",
    description: "Metric records that the pipeline derives from logs",
    fields: [
      added("metric_name", "Utf8", "Name of the derived metric"),
      added("metric_value", "Utf8", "Value of the derived metric; labels are text to the server"),
      added("value", "Float64", "The same as a number, in the column that PromQL reads"),
      added("bus", "Utf8", "Which bus handled the message"),
      added("type", "Utf8", "Class of the message"),
      added("service", "Utf8", "Name of the service"),
      added("env", "Utf8", "Environment"),
    ],
    fullTextSearch: none,
    index: none,
    partitionKeys: none,
    retentionDays: 90,
    masked: false,
  },
  traces: {
    name: "traces",
    storedName: rewriteStreamName("traces"),
    type: "traces",
    description: "Spans of commands, queries and events",
    fields: [],
    fullTextSearch: none,
    index: none,
    partitionKeys: none,
    retentionDays: 14,
    masked: false,
  },
  quarantine: logStream({
    name: "cqrs-quarantine",
    description: "Records that could not be masked, reduced to facts that are not personal",
    fields: [
      added("stream", "Utf8", "Where the record was sent"),
      added("reason", "Utf8", "Why it is here"),
      added("quarantined_at", "Utf8", "When it was set aside, UTC, ISO 8601"),
      added("record_id", "Utf8", "Id of the record, if it had one that is an id"),
    ],
    retentionDays: 30,
    masked: false,
  }),
} as const satisfies Record<string, StreamDefinition>;

export type StreamRole = keyof typeof streams;

/** The roles of the streams that carry masked log records. */
export const logStreamRoles = ["commands", "queries", "events"] as const satisfies readonly StreamRole[];
export type LogStreamRole = (typeof logStreamRoles)[number];

/** Names of the metric streams: the server keeps one per metric, histograms in three. */
export const metricStreams: readonly string[] = Object.values(metrics).flatMap(({ name, kind }) =>
  kind === "histogram" ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
);

/** The fields that hold personal data, and how each is masked. */
export const piiFields = Object.entries(commonFields).flatMap(([name, schema]) => {
  const pii = traitsOf(schema)?.pii;
  return pii === undefined ? [] : [{ name, columnName: rewriteFieldName(name), pii }];
});
