import { type JsonValue, isObject } from "../ingest/json.js";
import { defaultFlattenLevel, flatten, type FlatRecord } from "../ingest/flatten.js";
import { runVrlBatch } from "../vrl/run-batch.js";
import { matches } from "./condition.js";
import { type Destination, type Graph, resolveName, type Step } from "./graph.js";

/** A record that reached an output. */
export interface Output {
  readonly destination: Destination;
  readonly record: FlatRecord;
  /** Which of the inputs it comes from. */
  readonly index: number;
}

/**
 * Runs records through a pipeline. A program that fails or aborts lets its input record go on unchanged, and
 * what no output takes is gone without a trace, both as observed.
 * @param onError told of each failed record; what the server keeps as the pipeline's error
 */
export function execute(
  { source }: Graph,
  records: readonly JsonValue[],
  onError: (message: string) => void = () => undefined,
): Output[] {
  const outputs: Output[] = [];
  const visit = (step: Step, items: readonly Item[]): void => {
    const passed = pass(step, items, onError);
    if (passed.length === 0) return;
    if (step.kind === "stream") {
      for (const item of passed) {
        const flat = flattened(item, onError);
        const name = flat && resolveName(step.destination.name, flat);
        if (flat && name !== undefined) {
          // Several outputs may get the same record, and each gives it a time of arrival of its own.
          outputs.push({
            destination: { ...step.destination, name },
            record: { ...flat },
            index: item.index,
          });
        }
      }
    }
    for (const next of step.next) visit(next, passed);
  };
  visit(
    source,
    records.map((record, index) => ({ record, flat: undefined, index })),
  );
  return outputs;
}

/** `flat` is the flattened form where the record is known to be flat. */
interface Item {
  readonly record: JsonValue;
  readonly flat: FlatRecord | undefined;
  /** Which of the inputs it comes from. */
  readonly index: number;
}

function pass(step: Step, items: readonly Item[], onError: (message: string) => void): readonly Item[] {
  switch (step.kind) {
    case "function":
      return step.program === undefined ? items : transform(step.program, step.afterFlatten, items, onError);
    case "condition":
      return items.flatMap((item) => {
        const flat = flattened(item, onError);
        return flat && matches(step.conditions, flat) ? [{ record: flat, flat, index: item.index }] : [];
      });
    case "unsupported":
      onError(`the embedded OpenObserve does not support ${step.what} nodes`);
      return [];
    default:
      return items;
  }
}

function transform(
  program: string,
  afterFlatten: boolean,
  items: readonly Item[],
  onError: (message: string) => void,
): readonly Item[] {
  const inputs = items.flatMap((item) => {
    const input = afterFlatten ? flattened(item, onError) : item.record;
    return input === undefined ? [] : [{ input, index: item.index }];
  });
  const runs = runVrlBatch(
    program,
    inputs.map(({ input }) => input),
  );
  return inputs.map(({ input, index }, position) => {
    const run = runs[position];
    if (run?.ok === false) onError(`FunctionNode VRL error: ${run.error.slice(0, 500)}`);
    // The program may have nested anything anywhere, so what it gives counts as not flat.
    return { record: run?.ok ? (run.event as JsonValue) : input, flat: undefined, index };
  });
}

function flattened(item: Item, onError: (message: string) => void): FlatRecord | undefined {
  if (item.flat) return item.flat;
  if (!isObject(item.record)) {
    onError("flatten value must be an object");
    return undefined;
  }
  return flatten(item.record, defaultFlattenLevel);
}
