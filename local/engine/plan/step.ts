import { type Operation, type PropertyChange, type StepDescription } from "../events.js";
import { type ResourceState } from "../state/resource-state.js";
import { nameOf, typeOf } from "../urn.js";
import { equalValues } from "../values/property.js";
import { diffProperties } from "./property-diff.js";

/** One thing to do to one resource. */
export interface Step {
  readonly operation: Operation;
  readonly old: ResourceState | undefined;
  readonly new: ResourceState | undefined;
  readonly replaceKeys: readonly string[];
  /** For create-replacement: the old resource lives on until the end of the run. */
  readonly deleteLater: boolean;
  /** For delete-replaced: the resource stays in the state as one that must be created again. */
  readonly pendingReplacement: boolean;
  /** For same: the resource is not wanted by this run (targets) and must not appear in the state. */
  readonly skipped: boolean;
}

/** A step; what is not given is off. */
export function step(operation: Operation, fields: Partial<Omit<Step, "operation">>): Step {
  return {
    operation,
    old: undefined,
    new: undefined,
    replaceKeys: [],
    deleteLater: false,
    pendingReplacement: false,
    skipped: false,
    ...fields,
  };
}

/** The resource a step is about. */
export function subject({ old, new: desired }: Step): ResourceState {
  const state = desired ?? old;
  if (!state) throw new Error("a step must have a resource");
  return state;
}

/** What to tell others about a step. */
export function describe(step: Step): StepDescription {
  const state = subject(step);
  const { old, new: desired, operation, replaceKeys } = step;
  return {
    operation,
    urn: state.urn,
    type: typeOf(state.urn),
    name: nameOf(state.urn),
    id: [desired?.id, old?.id].find((id) => id !== undefined && id !== "") ?? "",
    diff: old && desired ? detailedDiff(operation, old, desired, replaceKeys) : {},
    replaceKeys,
    oldInputs: old?.inputs,
    newInputs: desired?.inputs,
    changedOptions: old && desired ? changedOptions(old, desired) : [],
  };
}

function detailedDiff(
  operation: Operation,
  old: ResourceState,
  desired: ResourceState,
  replaceKeys: readonly string[],
): Readonly<Record<string, PropertyChange>> {
  if (operation === "same") return {};
  if (operation === "refresh") return diffProperties(old.outputs, desired.outputs);
  const inputs = diffProperties(old.inputs, desired.inputs, replaceKeys);
  if (Object.keys(inputs).length > 0) return inputs;
  // The program wants what it wanted before, so the resource itself has drifted: show what is put back.
  const drifted = Object.fromEntries(Object.entries(old.outputs).filter(([name]) => name in desired.inputs));
  return diffProperties(drifted, desired.inputs, replaceKeys);
}

const options = ["protect", "retainOnDelete", "parent", "deletedWith", "provider"] as const;

function changedOptions(old: ResourceState, desired: ResourceState): string[] {
  return options.filter((option) => !equalValues(old[option], desired[option]));
}
