import { type ControlCleared, type ControlStatus } from "@o2cqrs/contract";
import { setTimeout as sleep } from "node:timers/promises";
import { type QueryCache } from "../cache/query-cache.js";
import { type Telemetry } from "../telemetry/telemetry.js";

/** A queue of the application's own, such as its dead letters. */
export interface ClearableQueue {
  readonly size: () => number;
  /** Empties it in the way that is right for it: publishes again, stores elsewhere. @returns entries cleared */
  readonly clear: () => number | Promise<number>;
}

/** What an operator may see and change in this process. */
export interface ControlledParts {
  readonly telemetry: Pick<Telemetry, "identity" | "ingest" | "settings" | "adjust">;
  /** Caches whose background refreshes can be cleared, by name. */
  readonly caches?: Readonly<Record<string, Pick<QueryCache, "reset" | "stats">>>;
  readonly queues?: Readonly<Record<string, ClearableQueue>>;
}

/** Milliseconds that clearing waits for telemetry to be delivered. */
const deliveryMs = 5000;

export function statusOf({ telemetry, caches = {}, queues = {} }: ControlledParts): ControlStatus {
  const { service, version, instance } = telemetry.identity;
  return {
    service,
    version,
    instance,
    settings: telemetry.settings,
    bufferedBytes: telemetry.ingest?.bufferedBytes ?? 0,
    refreshers: mapValues(caches, ({ stats }) => stats.refreshTimers),
    queues: mapValues(queues, (queue) => queue.size()),
  };
}

/** Clears background refreshes with their caches, and the application's queues; telemetry is delivered. */
export async function clear({
  telemetry,
  caches = {},
  queues = {},
}: ControlledParts): Promise<ControlCleared> {
  const bufferedBytesBefore = telemetry.ingest?.bufferedBytes ?? 0;
  const refreshers = mapValues(caches, (cache) => {
    const { refreshTimers } = cache.stats;
    cache.reset();
    return refreshTimers;
  });
  const cleared: Record<string, number> = {};
  for (const [name, queue] of Object.entries(queues)) cleared[name] = await queue.clear();
  const deadline = new AbortController();
  await Promise.race([
    telemetry.ingest?.flush(),
    sleep(deliveryMs, undefined, { signal: deadline.signal, ref: false }).catch(() => undefined),
  ]);
  deadline.abort();
  return {
    refreshers,
    queues: cleared,
    bufferedBytesBefore,
    bufferedBytesAfter: telemetry.ingest?.bufferedBytes ?? 0,
  };
}

function mapValues<Value>(
  record: Readonly<Record<string, Value>>,
  measure: (value: Value) => number,
): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, measure(value)]));
}
