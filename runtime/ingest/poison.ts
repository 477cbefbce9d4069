import { eventTimeField } from "@o2cqrs/contract";

/**
 * Which records of a batch the server did not store. Its answer only counts them and gives one reason, so they
 * are told by the reason: too old are the oldest, too far ahead the newest.
 * @returns the records, or undefined if the reason does not say which
 */
export function rejectedRecords(records: string[], failed: number, reason: string): string[] | undefined {
  if (failed >= records.length) return records;
  const byTime = () => [...records].sort((a, b) => eventTime(a) - eventTime(b));
  if (/too old/i.test(reason)) return byTime().slice(0, failed);
  if (/future|upto/i.test(reason)) return byTime().slice(-failed);
  return undefined;
}

function eventTime(record: string): number {
  const { [eventTimeField]: time } = (JSON.parse(record) ?? {}) as Record<string, unknown>;
  return typeof time === "number" ? time : 0;
}
