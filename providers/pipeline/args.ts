import { rewriteStreamName } from "@o2cqrs/contract";
import { z } from "zod";
import { type Condition, conditionSchema } from "../base/condition.js";
import {
  type Inputs,
  type StreamType,
  streamTypeSchema,
  type TakeOver,
  takeOverFields,
} from "../base/inputs.js";
import { cronSchema, timeZoneSchema } from "../base/schedule.js";

/** Name of a node, or several, whose records flow in; `source` is the pipeline's source. */
type From = string | string[];

/** Every record that is ingested into a stream, as it arrives. The stream itself then keeps nothing unless it
 * is an output too. */
export interface RealtimeSource {
  kind: "stream";
  /** Stream name; rewritten as the server does. */
  stream: string;
  /** Default `logs`. */
  streamType?: StreamType;
}

/** The rows of a query that runs on a schedule. */
export interface ScheduledSource {
  kind: "sql";
  /** Must select `_timestamp`, or alias a column to it. */
  sql: string;
  /** Type of the stream that is queried. Default `logs`. */
  streamType?: StreamType;
  /** Time range that each run looks back over, in minutes. */
  periodMinutes: number;
  /** Time between runs, in minutes. Default: the period. Not together with `cron`. */
  frequencyMinutes?: number;
  /** Six fields with seconds first (`0 30 9 * * *`); the seconds must be digits. Instead of `frequencyMinutes`. */
  cron?: string;
  /** IANA time zone of `cron`. Default `UTC`. */
  timezone?: string;
}

export interface FunctionNode {
  kind: "function";
  /** Name of the function. */
  function: string;
  from: From;
  /** Run on the flattened record. Default true. */
  afterFlatten?: boolean;
}

export interface ConditionNode {
  kind: "condition";
  /** Records for which it holds flow on; the others end here. */
  when: Condition;
  from: From;
}

export interface StreamOutput {
  kind: "stream";
  /** Stream name; rewritten as the server does. */
  stream: string;
  /** Default `logs`. */
  streamType?: StreamType;
  from: From;
}

/** A destination made for pipelines, outside this server. */
export interface RemoteOutput {
  kind: "remote";
  /** Name of the pipeline destination. */
  destination: string;
  from: From;
}

export interface PipelineSpec extends TakeOver {
  /** Name; trimmed and lower-cased as the server does. Changing it updates in place. */
  name: string;
  /** Free text. Default empty. */
  description?: string;
  /** Default true. */
  enabled?: boolean;
  source: RealtimeSource | ScheduledSource;
  /** Nodes by a name of your choice, which `from` refers to. Default none. */
  nodes?: Record<string, FunctionNode | ConditionNode>;
  /** Where records end, by a name of your choice. At least one. */
  outputs: Record<string, StreamOutput | RemoteOutput>;
}

export type PipelineArgs = Inputs<PipelineSpec>;

const nodeName = z
  .string()
  .regex(/^[a-zA-Z0-9_]+$/, "must be letters, digits or _")
  .refine((name) => name !== "source", "is the name of the pipeline's source");

const fromSchema = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
    error: "must be a node's name or a list of names",
  })
  .transform((from) => [...new Set([from].flat())].sort());

export const pipelineSourceSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("stream"),
    stream: z.string().min(1).transform(rewriteStreamName),
    streamType: streamTypeSchema.default("logs"),
  }),
  z
    .strictObject({
      kind: z.literal("sql"),
      sql: z.string().min(1),
      streamType: streamTypeSchema.default("logs"),
      periodMinutes: z.int().min(1),
      frequencyMinutes: z.int().min(1).optional(),
      cron: cronSchema.optional(),
      timezone: timeZoneSchema.default("UTC"),
    })
    .refine(({ cron, frequencyMinutes }) => cron === undefined || frequencyMinutes === undefined, {
      path: ["cron"],
      error: "is instead of frequencyMinutes: give one of them",
    }),
]);

export const pipelineNodeSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("function"),
    function: z.string().min(1),
    from: fromSchema,
    afterFlatten: z.boolean().default(true),
  }),
  z.strictObject({ kind: z.literal("condition"), when: conditionSchema, from: fromSchema }),
]);

export const pipelineOutputSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("stream"),
    stream: z.string().min(1).transform(rewriteStreamName),
    streamType: streamTypeSchema.default("logs"),
    from: fromSchema,
  }),
  z.strictObject({ kind: z.literal("remote"), destination: z.string().min(1), from: fromSchema }),
]);

export const pipelineShape = z.strictObject({
  name: z.string().trim().toLowerCase().min(1, "must not be empty"),
  description: z.string().default(""),
  enabled: z.boolean().default(true),
  source: pipelineSourceSchema,
  nodes: z.record(nodeName, pipelineNodeSchema).default({}),
  outputs: z
    .record(nodeName, pipelineOutputSchema)
    .refine((outputs) => Object.keys(outputs).length > 0, "needs at least one output"),
  ...takeOverFields,
});

/** Plain inputs with every default filled in. */
export type PipelineInputs = z.output<typeof pipelineShape>;
