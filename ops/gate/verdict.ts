import { z } from "zod";

export const figureIds = [
  "queryLatency",
  "commandLatency",
  "commandErrors",
  "queryErrors",
  "eventErrors",
  "cacheHitRatio",
  "deadLetters",
  "writeFailures",
  "otlp",
] as const;

/**
 * - `good`: within its limit, and no worse than the stable version.
 * - `bad`: beyond its limit, not by chance, and the stable version is not.
 * - `unclear`: too few operations, or worse than the stable version but within the limit, or beyond it together
 *   with the stable version. Waiting may clear it; if it does not, a person decides.
 */
export const figureStatuses = ["good", "bad", "unclear"] as const;

/** One figure, judged. Written into the gate's record, so its form is a schema. */
export const figureVerdict = z.strictObject({
  id: z.enum(figureIds),
  title: z.string(),
  status: z.enum(figureStatuses),
  /** Why, one sentence with the figures. */
  reason: z.string(),
  unit: z.enum(["ms", "ratio", "count"]),
  /** The canary's figure, and of how many operations. */
  canary: z.number(),
  canarySample: z.number(),
  stable: z.number(),
  stableSample: z.number(),
  limit: z.number(),
  /** Probability of exceeding the limit so far by chance; absent where nothing is tested. */
  pLimit: z.number().optional(),
  /** Probability of being so much worse than the stable version by chance. */
  pStable: z.number().optional(),
  /** Milliseconds that a step must have been observed before this figure may end it. */
  settleMs: z.number(),
  /** Whether one look suffices. */
  atOnce: z.boolean(),
});

export type FigureVerdict = z.output<typeof figureVerdict>;
export type FigureId = FigureVerdict["id"];
