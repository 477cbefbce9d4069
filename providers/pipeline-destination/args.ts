import { z } from "zod";
import { webhookFields } from "../base/destination.js";
import { type Inputs, type TakeOver, takeOverFields } from "../base/inputs.js";
import { alertingNameSchema } from "../base/name.js";

/**
 * How records are written into a request: a JSON array, a JSON object a line, Splunk's nested events,
 * Elasticsearch's bulk form for an index, or (v0.90 and newer) values with a separator between them.
 */
export type OutputFormat =
  | "json"
  | "ndjson"
  | "nestedevent"
  | { esbulk: { index: string } }
  | { stringSeparated: { separator: string } };

export interface PipelineDestinationSpec extends TakeOver {
  /**
   * Name, unique among the destinations of pipelines and alerts, without `: # ? & % /`, quotes or white
   * space. Changing it replaces the destination.
   */
  name: string;
  /** Where records are sent. Kept as a secret in the state. */
  url: string;
  /** Default `post`. */
  method?: "post" | "put" | "get";
  /** Request headers, such as the receiver's credential. Kept as a secret in the state. */
  headers?: Record<string, string>;
  /** Default `json`. */
  outputFormat?: OutputFormat;
  /** Accept any TLS certificate of the receiver. Default false. */
  skipTlsVerify?: boolean;
  /**
   * Accept an address on this machine, in a private network or inside a cluster, which newer servers guard
   * against unless they are told otherwise. Default false.
   */
  allowPrivateAddress?: boolean;
}

export type PipelineDestinationArgs = Inputs<PipelineDestinationSpec>;

const formsOfOutput =
  'must be "json", "ndjson", "nestedevent", {esbulk: {index}} or {stringSeparated: {separator}}';

export const outputFormatSchema = z.union(
  [
    z.enum(["json", "ndjson", "nestedevent"]),
    z.strictObject({ esbulk: z.strictObject({ index: z.string().min(1) }) }),
    z.strictObject({ stringSeparated: z.strictObject({ separator: z.string().min(1) }) }),
  ],
  { error: formsOfOutput },
);

export const pipelineDestinationShape = z.strictObject({
  name: alertingNameSchema,
  ...webhookFields,
  outputFormat: outputFormatSchema.default("json"),
  ...takeOverFields,
});

/** Plain inputs with every default filled in. */
export type PipelineDestinationInputs = z.output<typeof pipelineDestinationShape>;
