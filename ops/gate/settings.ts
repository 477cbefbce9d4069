import { canary } from "@o2cqrs/contract";
import { z } from "zod";

const minutes = 60_000;

/** How a gate judges and how long it looks. Kept with its record, so that a resumed gate goes on as it began. */
export const gateSettings = z.strictObject({
  /** Percent of traffic that the canary gets, step by step; rising, the last is the whole. */
  steps: z
    .array(z.number().gt(0).max(100))
    .min(1)
    .refine((steps) => steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0)), {
      error: "must rise from step to step",
    })
    // What ends below would be called promoted while most traffic is elsewhere.
    .refine((steps) => steps.at(-1) === 100, { error: "must end with 100" })
    .default([...canary.trafficPercent]),
  /** Milliseconds that a step is observed before it can be promoted. */
  minObservationMs: z
    .int()
    .positive()
    .default(canary.minObservationMinutes * minutes),
  /** Milliseconds after which a step that is still unclear is held. */
  maxObservationMs: z
    .int()
    .positive()
    .default(canary.maxObservationMinutes * minutes),
  /** Milliseconds between two looks. */
  intervalMs: z.int().positive().default(minutes),
  /** Operations of a version that a figure needs before it says anything. */
  minSample: z.int().positive().default(50),
  /** How improbable a difference must be by chance alone to count. The gate looks many times, so this is strict. */
  significance: z.number().gt(0).lt(0.5).default(0.001),
  /** Looks in a row that must find a figure bad; dead letters and lost telemetry count at the first. */
  confirmations: z.int().positive().default(2),
  /** A difference to the stable version counts from this share of the limit on. */
  materialShareOfLimit: z.number().gt(0).default(0.1),
  /** Milliseconds without an export after which metrics count as interrupted. */
  otlpGraceMs: z
    .int()
    .positive()
    .default(2 * minutes),
  /** Milliseconds that the gate may fail to see anything before it rolls back. */
  maxBlindMs: z
    .int()
    .positive()
    .default(5 * minutes),
});

export type GateSettings = z.output<typeof gateSettings>;
export type GateSettingsInput = z.input<typeof gateSettings>;
