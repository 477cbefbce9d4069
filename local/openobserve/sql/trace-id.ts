import { randomBytes } from "node:crypto";

/** As the server's: 32 hex digits, the first 12 of which are the time in milliseconds. */
export function newTraceId(micros: number): string {
  const time = Math.floor(micros / 1000)
    .toString(16)
    .padStart(12, "0");
  return time + randomBytes(10).toString("hex");
}
