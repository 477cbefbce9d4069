import { randomBytes, randomUUID } from "node:crypto";
import { type LogStreamRole } from "@o2cqrs/contract";

/** A record as the application writes it: with every field, of this moment, of an operation that went well. */
export const applicationRecord = (
  role: LogStreamRole,
  changes: Record<string, unknown>,
): Record<string, unknown> => ({
  _timestamp: Date.now() * 1000,
  timestamp: new Date().toISOString(),
  level: "INFO",
  env: "test",
  version: "1",
  region: "eu",
  source: "worker",
  recordId: randomUUID(),
  traceId: randomBytes(16).toString("hex"),
  spanId: randomBytes(8).toString("hex"),
  requestId: randomUUID(),
  duration_ms: 1,
  ...{
    commands: { bus: "command", id: randomUUID(), status: "success" },
    queries: { bus: "query", status: "success", cache_key: "k", cache_hit: true, stale: false },
    events: { bus: "event", status: "handled", subscriber: "S", dlq: false },
  }[role],
  ...changes,
});
