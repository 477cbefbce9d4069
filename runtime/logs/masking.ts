import { maskedText, maskText, piiFields, wholeMasked } from "@o2cqrs/contract";

type PiiField = (typeof piiFields)[number];

/** Kept here, because reading them through the contract's module costs a call for every record. */
const fields = piiFields;

/**
 * A record with its personal fields masked: the second line of defence, before anything leaves the process; the
 * first is the server's pipeline, and both follow the contract's rules. Records without personal data are returned
 * as they are.
 */
export function maskRecord<Log extends object>(record: Log): Log {
  let masked: Record<string, unknown> | undefined;
  for (const field of fields) {
    const value = (record as Readonly<Record<string, unknown>>)[field.name];
    if (value !== undefined) (masked ??= {})[field.name] = maskValue(value, field);
  }
  return masked === undefined ? record : { ...record, ...masked };
}

function maskValue(value: unknown, field: PiiField): unknown {
  if (typeof value === "string")
    return field.pii === "freeText" ? maskText(value) : maskWhole(value, field.pii);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, typeof inner === "string" ? maskText(inner) : inner]),
  );
}

const wholes = {
  email: new RegExp(wholeMasked.email, "u"),
  phone: new RegExp(wholeMasked.phone, "u"),
} as const;

/** What is left of an address or a number must be one masked value; anything else is hidden altogether. */
function maskWhole(value: string, kind: "email" | "phone"): string {
  if (value === "" || value === maskedText[kind]) return value;
  const masked = maskText(value);
  return wholes[kind].test(masked) ? masked : maskedText[kind];
}
