import { type CQRSOpenObserveConfig } from "@o2cqrs/contract";
import { type ShutdownReport } from "openobserve-cqrs/runtime/telemetry";
import { type LoadCounts } from "./generator.js";

/** The last line of the service's output. */
export interface Summary {
  readonly operations: {
    readonly commands: number;
    readonly queries: number;
    readonly failed: number;
  };
  /** Log records delivered, by stream. */
  readonly records: Readonly<Record<"commands" | "queries" | "events", number>>;
  readonly recordsSent: number;
  readonly dropped: number;
  readonly deadLettered: number;
  readonly undeliveredBytes: number;
  readonly spans: number;
}

export function summarize(
  operations: LoadCounts,
  { streams }: CQRSOpenObserveConfig,
  { logs, spans }: ShutdownReport,
): Summary {
  const delivered = (stream: string) => logs.streams[stream]?.delivered ?? 0;
  const records = {
    commands: delivered(streams.commands),
    queries: delivered(streams.queries),
    events: delivered(streams.events),
  };
  const stats = Object.values(logs.streams);
  return {
    operations,
    records,
    recordsSent: records.commands + records.queries + records.events,
    dropped: stats.reduce((sum, { dropped }) => sum + dropped, 0),
    deadLettered: stats.reduce((sum, { deadLettered }) => sum + deadLettered, 0),
    undeliveredBytes: logs.undeliveredBytes,
    spans,
  };
}
