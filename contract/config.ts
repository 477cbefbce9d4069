import { z } from "zod";
import { stripTrailingSlashes } from "./env.js";
import { streams } from "./streams.js";

const streamName = (fallback: string) => z.string().min(1).default(fallback);

/** The application's configuration of its telemetry, as it is built from the environment. */
export const cqrsOpenObserveConfig = z.strictObject({
  enable: z.boolean().default(true),
  /** Address of the server or its gateway; trailing slashes are stripped. */
  baseUrl: z.url({ protocol: /^https?$/ }).transform(stripTrailingSlashes),
  org: z.string().min(1).default("default"),
  /** E-mail of the service account whose token it is; absent where a gateway takes the token alone. */
  user: z.string().min(1).optional(),
  token: z.string().min(1),
  streams: z
    .strictObject({
      commands: streamName(streams.commands.name),
      queries: streamName(streams.queries.name),
      events: streamName(streams.events.name),
      metrics: streamName(streams.metrics.name),
      traces: streamName(streams.traces.name),
    })
    .prefault({}),
  performance: z
    .strictObject({
      /** Records per request, 100 to 1000. */
      batchSize: z.int().min(100).max(1000).default(500),
      /** Milliseconds after which a batch that is not full is sent. */
      flushInterval: z.int().min(10).max(60_000).default(1000),
      maxRetries: z.int().min(0).max(20).default(5),
      /** Milliseconds a request may take, 5 to 10 s. */
      timeout: z.int().min(5000).max(10_000).default(10_000),
    })
    .prefault({}),
  tracing: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Share of traces kept, 0 to 1; traces with errors are always kept. */
      samplingRate: z.number().min(0).max(1).default(1),
    })
    .prefault({}),
  alerts: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Seconds between evaluations. */
      evaluationInterval: z.int().min(10).max(3600).default(60),
    })
    .prefault({}),
});

export type CQRSOpenObserveConfig = z.output<typeof cqrsOpenObserveConfig>;
export type CQRSOpenObserveConfigInput = z.input<typeof cqrsOpenObserveConfig>;
