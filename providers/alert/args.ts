import { rewriteStreamName } from "@o2cqrs/contract";
import { z } from "zod";
import { comparisonOperatorSchema, type Condition, conditionSchema } from "../base/condition.js";
import {
  type Inputs,
  type StreamType,
  streamTypeSchema,
  type TakeOver,
  takeOverFields,
} from "../base/inputs.js";
import { alertingNameSchema } from "../base/name.js";
import { cronSchema, timeZoneSchema } from "../base/schedule.js";

/** Rows of a SQL query over the period. */
export interface SqlCondition {
  kind: "sql";
  /** Must not select `*`. Name streams as they are stored; multiply by `1.0` before dividing integers. */
  sql: string;
  /** VRL program that the rows pass before they are counted. */
  vrl?: string;
}

/** Series of a PromQL query whose value compares. */
export interface PromqlCondition {
  kind: "promql";
  /** Group alternatives in matchers, `=~"(a|b)"`: servers differ on how they anchor them bare. */
  promql: string;
  operator: "=" | "!=" | ">" | ">=" | "<" | "<=";
  value: number;
}

export type AggregationFunction =
  "avg" | "min" | "max" | "sum" | "count" | "median" | "p50" | "p75" | "p90" | "p95" | "p99";

/** Records for which a condition holds, one by one or aggregated. */
export interface CustomCondition {
  kind: "custom";
  where: Condition;
  /** Aggregate the records of the period; groups that satisfy `having` are what the trigger counts. */
  aggregation?: {
    function: AggregationFunction;
    /** Column that is aggregated. */
    column: string;
    groupBy?: string[];
    having: { operator: "=" | "!=" | ">" | ">=" | "<" | "<="; value: number };
  };
  /**
   * Evaluate each record as it is ingested instead of on a schedule; period and frequency then mean nothing,
   * and there is no aggregation. Default false.
   */
  realTime?: boolean;
}

export interface AlertTrigger {
  /** Time range that each evaluation looks back over, in minutes. */
  periodMinutes: number;
  /** Time between evaluations, in minutes. Default 1. Not together with `cron`. */
  frequencyMinutes?: number;
  /** Six fields with seconds first (`0 30 9 * * *`); the seconds must be digits. Instead of `frequencyMinutes`. */
  cron?: string;
  /** IANA time zone of `cron`. Default `UTC`. */
  timezone?: string;
  /** How the number of rows, series or records compares with `threshold`. Default `>=`. */
  operator?: "=" | "!=" | ">" | ">=" | "<" | "<=";
  /** A whole number of rows. Default 1. */
  threshold?: number;
  /** Time without another notification after one, in minutes. Default 0. */
  silenceMinutes?: number;
}

export interface AlertSpec extends TakeOver {
  /**
   * Name, without `: # ? & % /`, quotes or white space. The server ignores a rename, so changing it replaces
   * the alert.
   */
  name: string;
  /** Stream that it watches, which must exist; rewritten as the server does. Changing it replaces the alert. */
  stream: string;
  /** Default `logs`. Changing it replaces the alert. */
  streamType?: StreamType;
  condition: SqlCondition | PromqlCondition | CustomCondition;
  trigger: AlertTrigger;
  /** Names of the destinations that are notified. At least one. */
  destinations: string[];
  /** Id of the folder (`folder.folderId`). Default `default`. Moved in place. */
  folder?: string;
  /** Evaluate it. Default true (the server's own default is false). */
  enabled?: boolean;
  /** Free text. Default empty. */
  description?: string;
  /** Facts that templates can name. */
  contextAttributes?: Record<string, string>;
  /** How one row reads in `{rows}`; column names in braces. Default empty: the whole row. */
  rowTemplate?: string;
  /** Whether `rowTemplate` is text or JSON. Default `String`. */
  rowTemplateType?: "String" | "Json";
  /** E-mail address of the owner. Default: whoever deploys. */
  owner?: string;
}

export type AlertArgs = Inputs<AlertSpec>;

const numericOperator = comparisonOperatorSchema.exclude(["contains", "not_contains"]);

export const alertConditionSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("sql"),
    sql: z
      .string()
      .min(1)
      .refine((sql) => !/\bselect\s+\*/i.test(sql), "must not select *: name the columns"),
    vrl: z.string().min(1).optional(),
  }),
  z.strictObject({
    kind: z.literal("promql"),
    promql: z.string().min(1),
    operator: numericOperator,
    value: z.number(),
  }),
  z.strictObject({
    kind: z.literal("custom"),
    where: conditionSchema,
    aggregation: z
      .strictObject({
        function: z.enum(["avg", "min", "max", "sum", "count", "median", "p50", "p75", "p90", "p95", "p99"]),
        column: z.string().min(1),
        groupBy: z.array(z.string().min(1)).default([]),
        having: z.strictObject({ operator: numericOperator, value: z.number() }),
      })
      .optional(),
    realTime: z.boolean().default(false),
  }),
]);

export const alertTriggerSchema = z
  .strictObject({
    periodMinutes: z.int().min(1),
    frequencyMinutes: z.int().min(1).optional(),
    cron: cronSchema.optional(),
    timezone: timeZoneSchema.default("UTC"),
    operator: numericOperator.default(">="),
    threshold: z.int().default(1),
    silenceMinutes: z.int().min(0).default(0),
  })
  .superRefine((trigger, context) => {
    if (trigger.cron !== undefined && trigger.frequencyMinutes !== undefined)
      context.addIssue({
        code: "custom",
        path: ["cron"],
        message: "is instead of frequencyMinutes: give one of them",
      });
  });

export const alertSchema = z
  .strictObject({
    name: alertingNameSchema,
    stream: z.string().min(1).transform(rewriteStreamName),
    streamType: streamTypeSchema.default("logs"),
    condition: alertConditionSchema,
    trigger: alertTriggerSchema,
    destinations: z.array(z.string().min(1)).min(1, "needs at least one destination"),
    folder: z.string().min(1).default("default"),
    enabled: z.boolean().default(true),
    description: z.string().default(""),
    contextAttributes: z.record(z.string().min(1), z.string()).default({}),
    rowTemplate: z.string().default(""),
    rowTemplateType: z.enum(["String", "Json"]).default("String"),
    owner: z.string().min(1).optional(),
    ...takeOverFields,
  })
  .superRefine(({ condition, trigger }, context) => {
    if (condition.kind !== "custom" || condition.aggregation === undefined) return;
    if (condition.realTime)
      context.addIssue({
        code: "custom",
        path: ["condition", "realTime"],
        message: "a real-time alert looks at single records and cannot aggregate",
      });
    if (trigger.operator !== ">=" || trigger.threshold !== 1)
      context.addIssue({
        code: "custom",
        path: ["trigger", "threshold"],
        message:
          "an aggregated alert fires for one group that satisfies `having`: leave operator and threshold",
      });
  });

/** Plain inputs with every default filled in. */
export type AlertInputs = z.output<typeof alertSchema>;
