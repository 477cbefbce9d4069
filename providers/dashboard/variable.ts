import { z } from "zod";
import { type StreamType, streamTypeSchema } from "../base/inputs.js";

interface CommonVariable {
  /** Queries name it as `$name`. */
  name: string;
  /** What stands at the choice. Default: the name. */
  label?: string;
  /** Allow several choices. Default false. */
  multiSelect?: boolean;
  /** Keep it off the dashboard. Default false. */
  hidden?: boolean;
}

/** The values of a stream's column. */
export interface QueryVariable extends CommonVariable {
  kind: "query_values";
  /** Stored name of the stream. */
  stream: string;
  /** Default `logs`. */
  streamType?: StreamType;
  column: string;
  /** Most values that are offered. Default: the server's (10). */
  maxValues?: number;
  /** Only values of records that match; a value may name another variable as `$name`. */
  filter?: { column: string; operator: "=" | "!="; value: string }[];
}

/** A fixed value. */
export interface ConstantVariable extends CommonVariable {
  kind: "constant";
  value: string;
}

/** A text that the reader types. */
export interface TextVariable extends CommonVariable {
  kind: "textbox";
  /** Text at the start. Default empty. */
  value?: string;
}

/** A fixed list of choices. */
export interface CustomVariable extends CommonVariable {
  kind: "custom";
  options: { label: string; value: string; selected?: boolean }[];
}

export type DashboardVariable = QueryVariable | ConstantVariable | TextVariable | CustomVariable;

const common = {
  name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, "must be letters, digits and _"),
  label: z.string().optional(),
  multiSelect: z.boolean().default(false),
  hidden: z.boolean().default(false),
};

export const dashboardVariableSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("query_values"),
    ...common,
    stream: z.string().min(1),
    streamType: streamTypeSchema.default("logs"),
    column: z.string().min(1),
    maxValues: z.int().min(1).optional(),
    filter: z
      .array(z.strictObject({ column: z.string().min(1), operator: z.enum(["=", "!="]), value: z.string() }))
      .default([]),
  }),
  z.strictObject({ kind: z.literal("constant"), ...common, value: z.string() }),
  z.strictObject({ kind: z.literal("textbox"), ...common, value: z.string().default("") }),
  z.strictObject({
    kind: z.literal("custom"),
    ...common,
    options: z
      .array(z.strictObject({ label: z.string(), value: z.string(), selected: z.boolean().default(false) }))
      .min(1, "needs at least one option"),
  }),
]);

export type DashboardVariableInputs = z.output<typeof dashboardVariableSchema>;
