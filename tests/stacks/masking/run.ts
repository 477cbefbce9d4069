import * as vrl from "@bpinternal/verel";
import { guardProgram, maskingProgram, type RecordDefaults } from "../../../stacks/cqrs/masking/programs.js";

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonRecord = Record<string, Json>;

export const defaults: RecordDefaults = { environment: "dev", service: "orders", region: "eu-central-1" };

/** Runs a program on a record as a function node does: what fails lets its input through as it was. */
export function runFunction(program: string, record: JsonRecord): JsonRecord {
  try {
    return vrl.execute(program, record).event as JsonRecord;
  } catch {
    return record;
  }
}

/** The two functions of the pipeline, one after the other. */
export function mask(record: JsonRecord): JsonRecord {
  return runFunction(maskingProgram(defaults), runFunction(guardProgram(), record));
}

/** Names and values of a record as the server flattens them, without its limit of levels. */
export function flatten(record: JsonRecord, prefix = ""): JsonRecord {
  const columns: JsonRecord = {};
  for (const [key, value] of Object.entries(record)) {
    const name = prefix + key.toLowerCase().replace(/[^a-z0-9_]/g, "_");
    if (Array.isArray(value)) columns[name] = JSON.stringify(value);
    else if (value !== null && typeof value === "object") Object.assign(columns, flatten(value, `${name}_`));
    else columns[name] = value;
  }
  return columns;
}

/** Whether the condition that guards the output lets a record through. */
export const isStored = (record: JsonRecord): boolean => [true, "true"].includes(markerOf(record));

/** The marker as the condition sees it. */
export const markerOf = (record: JsonRecord): string | boolean => {
  const { pii_masked: marker } = flatten(record);
  if (typeof marker === "string" || typeof marker === "boolean") return marker;
  throw new Error("the record has no marker");
};
