import { type LogStreamRole, streams, syntheticServices } from "@o2cqrs/contract";

/** The application's own records: probes and drills are left out. */
export const notProbe = `service NOT IN (${syntheticServices.map((service) => `'${service}'`).join(", ")})`;

/** A stream's name as SQL wants it. */
export const from = (role: LogStreamRole | "metrics" | "traces" | "quarantine") =>
  `"${streams[role].storedName}"`;

/** Ids for an `IN` list. Only hexadecimal ones pass: the rest came from records, and could be anything. */
export function hexList(ids: readonly string[]): string {
  return [...new Set(ids)]
    .filter((id) => /^[0-9a-f]+$/.test(id))
    .map((id) => `'${id}'`)
    .join(", ");
}
