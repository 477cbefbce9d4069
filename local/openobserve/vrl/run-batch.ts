import { check, execute } from "@bpinternal/verel";

import { prepareRecord, runVrl, type VrlRun } from "./run.js";

/** More at a time would block the server for too long. */
const largestBatch = 200;

/** Whether a program can run in the loop, by its text. Servers have few programs. */
const loopable = new Map<string, boolean>();

/**
 * Runs a program on many records, with the results that running it on each would have. The compiler's
 * JavaScript door compiles at every call, which for a program with patterns costs a hundred times the run; so
 * the program is put into a loop over the records. A record on which it fails ends the loop: the batch is
 * then halved until that record stands alone.
 */
export function runVrlBatch(source: string, records: readonly unknown[]): VrlRun[] {
  if (records.length > largestBatch) {
    return [
      ...runVrlBatch(source, records.slice(0, largestBatch)),
      ...runVrlBatch(source, records.slice(largestBatch)),
    ];
  }
  if (records.length < 2 || !isLoopable(source)) return records.map((record) => runVrl(source, record));
  return runLoop(source, records) ?? halves(source, records);
}

function halves(source: string, records: readonly unknown[]): VrlRun[] {
  const middle = Math.ceil(records.length / 2);
  return [...runVrlBatch(source, records.slice(0, middle)), ...runVrlBatch(source, records.slice(middle))];
}

/** @returns nothing when the program failed on one of the records */
function runLoop(source: string, records: readonly unknown[]): VrlRun[] | undefined {
  const prepared = records.map(prepareRecord);
  let values: unknown;
  try {
    const events = prepared.map(({ event }) => event);
    values = (execute(loopOver(source), events) as { result: unknown }).result;
  } catch {
    return undefined;
  }
  if (!Array.isArray(values) || values.length !== records.length) return undefined;
  return prepared.map(({ restore }, index) => ({ ok: true, event: restore(values[index]) }));
}

/** The record is an object, which the compiler must be told, or calls that cannot fail would count as such. */
const loopOver = (source: string): string => `batch_results = []
for_each(array!(.)) -> |_batch_index, batch_item| {
  . = object!(batch_item)
  batch_result = {
${source}
  }
  batch_results = push(batch_results, batch_result)
}
batch_results`;

function isLoopable(source: string): boolean {
  let known = loopable.get(source);
  if (known === undefined) {
    // `return` would end the loop. A program that compiles alone but not in the loop runs alone.
    known = !/\breturn\b/.test(source) && check(loopOver(source)).errors.length === 0;
    loopable.set(source, known);
  }
  return known;
}
