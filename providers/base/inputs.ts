import type { Input } from "@pulumi/pulumi";
import { z } from "zod";

/**
 * A plain type with every property, at every depth, open to Pulumi's outputs and promises, so that one
 * resource's output can stand anywhere in another's arguments.
 */
export type Inputs<T> = { [K in keyof T]: DeepInput<T[K]> };

type DeepInput<T> = Input<
  T extends readonly (infer E)[] ? DeepInput<E>[] : T extends object ? { [K in keyof T]: DeepInput<T[K]> } : T
>;

/** What every resource that can find its object already there takes besides its own arguments. */
export interface TakeOver {
  /**
   * Take over an object that exists, differs from these arguments and was not made by this stack. Without it
   * such an object is left alone and the deployment fails, naming the fields that differ. Default false.
   */
  adopt?: boolean;
}

/** The schema half of {@link TakeOver}, and the marker that the resource classes add. */
export const takeOverFields = {
  adopt: z.boolean().default(false),
  /** `o2cqrs:<project>/<stack>/<resource>`: who made the object, written where the kind has free text. */
  marker: z.string().optional(),
};

/** The stream types that can be created, queried and alerted on. */
export type StreamType = "logs" | "metrics" | "traces";

export const streamTypeSchema = z.enum(["logs", "metrics", "traces"]);
