import { controlSettings } from "@o2cqrs/contract";
import { z } from "zod";

export const rollbackStepIds = ["traffic", "calm", "pause", "clear", "collection"] as const;
export type RollbackStepId = (typeof rollbackStepIds)[number];

/** What a step must remember to be undone; written down before the step acts. */
export const rollbackMemory = z.strictObject({
  /** Percent of traffic that the canary had; absent when the driver could not tell. */
  percent: z.number().optional(),
  /** Settings of each process before, by its address. */
  settings: z.record(z.string(), controlSettings).optional(),
  /** Pipelines that were on. */
  pipelines: z.array(z.strictObject({ id: z.string(), name: z.string() })).optional(),
  /** Addresses of the processes that are cleared. */
  cleared: z.array(z.string()).optional(),
});

export type RollbackMemory = z.output<typeof rollbackMemory>;

/** What is remembered of how it was before stays, whatever is the case now. */
export function merged(now: RollbackMemory, before: RollbackMemory = {}): RollbackMemory {
  const known = new Set(before.pipelines?.map(({ id }) => id));
  return {
    ...now,
    ...before,
    ...(now.settings && { settings: { ...now.settings, ...before.settings } }),
    ...(now.pipelines && {
      pipelines: [...(before.pipelines ?? []), ...now.pipelines.filter(({ id }) => !known.has(id))],
    }),
    ...(now.cleared && { cleared: now.cleared }),
  };
}

const stepSchema = z.strictObject({
  id: z.enum(rollbackStepIds),
  status: z.enum(["pending", "prepared", "done", "failed", "undone"]),
  /** What was done, or why it failed. */
  detail: z.string().optional(),
  /** Milliseconds since 1970. */
  at: z.number().optional(),
  memory: rollbackMemory.optional(),
});

export type RollbackStepRecord = z.output<typeof stepSchema>;

export const rollbackTrigger = z.strictObject({
  source: z.enum(["operator", "alert"]),
  reason: z.string().max(2000),
  /** Name of the alert. */
  alert: z.string().max(200).optional(),
});

export type RollbackTrigger = z.output<typeof rollbackTrigger>;

/** A rollback, and the incident that it is for. Times are milliseconds since 1970. */
export const rollbackRecord = z.strictObject({
  format: z.literal(1),
  kind: z.literal("rollback"),
  id: z.string().regex(/^[0-9A-Za-z-]+$/),
  stack: z.string(),
  trigger: rollbackTrigger,
  dryRun: z.boolean(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  undoneAt: z.number().optional(),
  steps: z.array(stepSchema),
  annotated: z.string().optional(),
});

export type RollbackRecord = z.output<typeof rollbackRecord>;
