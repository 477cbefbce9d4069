import { type LogStreamRole, probe, streams } from "@o2cqrs/contract";

/** The application's own records: probes are left out. */
export const notProbe = `service <> '${probe.service}'`;

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
