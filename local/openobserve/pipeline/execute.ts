import { type JsonValue, isObject } from "../ingest/json.js";
import { defaultFlattenLevel, flatten, type FlatRecord } from "../ingest/flatten.js";
import { runVrl } from "../vrl/run.js";
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
  records.forEach((record, index) => {
    const visit = (step: Step, item: Item): void => {
      const passed = pass(step, item, onError);
      if (passed === undefined) return;
      if (step.kind === "stream") {
        const flat = flattened(passed, onError);
        const name = flat && resolveName(step.destination.name, flat);
        if (flat && name !== undefined) {
          // Several outputs may get the same record, and each gives it a time of arrival of its own.
          outputs.push({ destination: { ...step.destination, name }, record: { ...flat }, index });
        }
      }
      for (const next of step.next) visit(next, passed);
    };
    visit(source, { record, flat: undefined });
  });
  return outputs;
}

/** `flat` is the flattened form where the record is known to be flat. */
interface Item {
  readonly record: JsonValue;
  readonly flat: FlatRecord | undefined;
}

function pass(step: Step, item: Item, onError: (message: string) => void): Item | undefined {
  switch (step.kind) {
    case "function":
      return step.program === undefined ? item : transform(step.program, step.afterFlatten, item, onError);
    case "condition": {
      const flat = flattened(item, onError);
      return flat && matches(step.conditions, flat) ? { record: flat, flat } : undefined;
    }
    case "unsupported":
      onError(`the embedded OpenObserve does not support ${step.what} nodes`);
      return undefined;
    default:
      return item;
  }
}

function transform(
  program: string,
  afterFlatten: boolean,
  item: Item,
  onError: (message: string) => void,
): Item | undefined {
  const input = afterFlatten ? flattened(item, onError) : item.record;
  if (input === undefined) return undefined;
  const run = runVrl(program, input);
  if (!run.ok) onError(`FunctionNode VRL error: ${run.error.slice(0, 500)}`);
  // The program may have nested anything anywhere, so what it gives counts as not flat.
  return { record: run.ok ? (run.event as JsonValue) : input, flat: undefined };
}

function flattened(item: Item, onError: (message: string) => void): FlatRecord | undefined {
  if (item.flat) return item.flat;
  if (!isObject(item.record)) {
    onError("flatten value must be an object");
    return undefined;
  }
  return flatten(item.record, defaultFlattenLevel);
}
