import { trace } from "@opentelemetry/api";
import { randomBytes } from "node:crypto";

export interface TraceIds {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
}

/** The ids of the active span; without one, new ids, so that every record has some. */
export function activeIds(): TraceIds {
  const active = trace.getActiveSpan()?.spanContext();
  return active ?? { traceId: randomHex(16), spanId: randomHex(8) };
}

const randomHex = (bytes: number): string => randomBytes(bytes).toString("hex");
