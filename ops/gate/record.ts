import { z } from "zod";
import { gateSettings } from "./settings.js";
import { figureVerdict } from "./verdict.js";

const time = z.number();

const lookSchema = z.strictObject({
  at: time,
  verdicts: z.array(figureVerdict).optional(),
  blind: z.string().optional(),
});

const stepSchema = z.strictObject({
  percent: z.number(),
  /** When the traffic was moved and observation began. */
  since: time,
  looks: z.array(lookSchema),
  endedAt: time.optional(),
  decision: z.strictObject({ kind: z.enum(["promote", "hold", "rollback"]), reason: z.string() }).optional(),
});

/** Where a gate is: what it does next, also after a crash. */
const phaseSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("shifting"), step: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal("observing"), step: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal("rollingBack"), reason: z.string() }),
  z.strictObject({ kind: z.literal("ended") }),
]);

/** `unrehearsed`: a rehearsal that could compare nothing. */
export const gateOutcomes = ["promoted", "held", "rolledBack", "rehearsed", "unrehearsed"] as const;

/** A gate from its start to its outcome. Times are milliseconds since 1970. */
export const gateRecord = z.strictObject({
  format: z.literal(1),
  kind: z.literal("gate"),
  id: z.string().regex(/^[0-9A-Za-z-]+$/),
  stack: z.string(),
  service: z.string().optional(),
  canary: z.string(),
  stable: z.string(),
  /** How traffic is moved, in words. */
  traffic: z.string(),
  settings: gateSettings,
  startedAt: time,
  /** When it was taken up again, after a crash, an interruption or a hold. */
  resumedAt: z.array(time),
  phase: phaseSchema,
  steps: z.array(stepSchema),
  outcome: z.strictObject({ kind: z.enum(gateOutcomes), at: time, reason: z.string() }).optional(),
  /** Dashboards that show the release. */
  annotated: z.string().optional(),
});

export type GateRecord = z.output<typeof gateRecord>;
export type StepRecord = z.output<typeof stepSchema>;
export type GateOutcome = (typeof gateOutcomes)[number];

/** An id that sorts by time and is a file name: `20260102T030405Z`. */
export const recordId = (now: number): string =>
  new Date(now).toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
