import { z } from "zod";
import { cqrsOpenObserveConfig } from "./config.js";

/**
 * The runtime's control endpoint: what an operator may change in a process that runs. Both sides read this, the
 * application's server and `o2cqrs rollback`.
 */
export const controlEnvNames = {
  /** Credential of the endpoint; without it there is no endpoint. */
  token: "CQRS_CONTROL_TOKEN",
  /** Port; default any free one. */
  port: "CQRS_CONTROL_PORT",
  /** Address; default loopback. */
  host: "CQRS_CONTROL_HOST",
} as const;

export const controlPaths = {
  status: "/v1/status",
  settings: "/v1/settings",
  clear: "/v1/clear",
} as const;

/** A shorter token could be guessed. */
export const minControlTokenLength = 16;

const { performance, tracing } = cqrsOpenObserveConfig.shape;

/** What can be changed while a process runs. */
export const controlSettings = z.strictObject({
  /** Share of traces kept, 0 to 1. */
  samplingRate: tracing.unwrap().shape.samplingRate.unwrap(),
  /** Records per request. */
  batchSize: performance.unwrap().shape.batchSize.unwrap(),
  /** Streams whose records are not taken for now. */
  pausedStreams: z.array(z.string().min(1).max(200)).max(100),
});

export type ControlSettings = z.output<typeof controlSettings>;

const count = z.number().nonnegative();

export const controlStatus = z.object({
  service: z.string(),
  version: z.string(),
  instance: z.string(),
  settings: controlSettings,
  /** Bytes of telemetry that wait for delivery. */
  bufferedBytes: count,
  /** Background refreshes that are scheduled, by cache. */
  refreshers: z.record(z.string(), count),
  /** Entries that wait, by queue of the application. */
  queues: z.record(z.string(), count),
});

export type ControlStatus = z.output<typeof controlStatus>;

/** What a change of settings answers: as it was, and as it is. */
export const controlChange = z.object({ before: controlSettings, after: controlSettings });

export type ControlChange = z.output<typeof controlChange>;

/** What was cleared. */
export const controlCleared = z.object({
  refreshers: z.record(z.string(), count),
  queues: z.record(z.string(), count),
  /** Bytes of telemetry that were waiting, and that still do: they are delivered, never thrown away. */
  bufferedBytesBefore: count,
  bufferedBytesAfter: count,
});

export type ControlCleared = z.output<typeof controlCleared>;
