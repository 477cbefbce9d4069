import { randomBytes } from "node:crypto";

import type { Clock } from "../clock.js";

/** The identifiers that the server gives: snowflake (pipelines, dashboards, folders), KSUID (alerts, templates, destinations, organisations). */
export interface Ids {
  snowflake(): string;
  ksuid(): string;
  /** Letters and digits, as ingest tokens and service-account tokens are. */
  token(length: number): string;
}

const snowflakeEpoch = 0n;
const ksuidEpochSeconds = 1_400_000_000;
const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export function newIds(clock: Clock): Ids {
  let last = 0n;
  return {
    snowflake() {
      const millis = BigInt(Math.floor(clock.micros() / 1000)) - snowflakeEpoch;
      const next = millis << 22n;
      last = next > last ? next : last + 1n;
      return last.toString();
    },
    ksuid() {
      const seconds = Math.floor(clock.micros() / 1_000_000) - ksuidEpochSeconds;
      const bytes = Buffer.concat([Buffer.alloc(4), randomBytes(16)]);
      bytes.writeUInt32BE(seconds >>> 0);
      let rest = BigInt(`0x${bytes.toString("hex")}`);
      let digits = "";
      while (digits.length < 27) {
        digits = (base62[Number(rest % 62n)] ?? "0") + digits;
        rest /= 62n;
      }
      return digits;
    },
    token: (length) => [...randomBytes(length)].map((byte) => base62[byte % 62]).join(""),
  };
}
