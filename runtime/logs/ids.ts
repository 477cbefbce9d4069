import { trace } from "@opentelemetry/api";
import { randomUUID } from "node:crypto";

export interface TraceIds {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

/** The ids of the active span; without one, new ids, so that every record has some. */
export function activeIds(): TraceIds {
  const active = trace.getActiveSpan()?.spanContext();
  return active ?? { traceId: randomHex(32), spanId: randomHex(16) };
}

/** UUIDs come from a pool of random bytes, so they cost a tenth of asking for a few bytes each time. */
const randomHex = (digits: number): string => randomUUID().replaceAll("-", "").slice(-digits);
