import { randomBytes, randomUUID } from "node:crypto";
import { drill, type LogStreamRole, probe } from "@o2cqrs/contract";
import { type VerifyContext } from "../context.js";

const byRole = {
  commands: { bus: "command", id: "probe", status: "success" },
  queries: { bus: "query", status: "success", cache_key: "probe", cache_hit: true, stale: false },
  events: { bus: "event", status: "handled", subscriber: "Probe", dlq: false },
} as const;

const uuidWith = (prefix: string) => prefix + randomUUID().slice(prefix.length);

/** A UUID that everyone can tell for a probe's. */
export const probeRecordId = () => uuidWith(probe.recordIdPrefix);

/** A UUID that everyone can tell for a drill's. */
export const drillRecordId = () => uuidWith(drill.recordIdPrefix);

/** A record that is right for its stream and that everyone can tell for a probe's. */
export function probeRecord(
  role: LogStreamRole,
  recordId: string,
  { environment }: Pick<VerifyContext, "environment">,
): Record<string, unknown> {
  return {
    _timestamp: Date.now() * 1000,
    timestamp: new Date().toISOString(),
    level: "INFO",
    env: environment,
    service: probe.service,
    version: "0",
    region: "probe",
    source: "worker",
    recordId,
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    requestId: recordId,
    type: "Probe",
    handler: "Probe",
    duration_ms: 0,
    ...byRole[role],
  };
}
