import { trace } from "@opentelemetry/api";
import { newUuid } from "../context/uuid.js";

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

const randomHex = (digits: number): string => newUuid().replaceAll("-", "").slice(-digits);
