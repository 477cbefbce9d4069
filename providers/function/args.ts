import { z } from "zod";
import { type Inputs, type TakeOver, takeOverFields } from "../base/inputs.js";

export interface FunctionSpec extends TakeOver {
  /** Name by which pipelines call it. Changing it replaces the function. */
  name: string;
  /**
   * The program in VRL. A runtime error or `abort` passes the record on unchanged, so write it infallible
   * (`string(.x) ?? ""`, `if exists(.x)`), above all when it masks. The server compiles it on save.
   */
  vrl: string;
}

export type FunctionArgs = Inputs<FunctionSpec>;

export const functionSchema = z.strictObject({
  name: z.string().trim().min(1, "must not be empty"),
  vrl: z.string().refine((vrl) => vrl.trim() !== "", "must not be empty"),
  ...takeOverFields,
});

/** Plain inputs with every default filled in. */
export type FunctionInputs = z.output<typeof functionSchema>;
