import { type ProviderClient } from "../provider/client.js";
import { type ResourceState } from "../state/resource-state.js";
import { type PropertyMap } from "../values/property.js";
import { changedKeys } from "./property-diff.js";
import { containsPath, parsePath, resetPaths } from "./property-path.js";

/** What a change of inputs means for a resource. */
export interface Diff {
  readonly changes: boolean;
  /** Properties that force a replacement; none: it can be changed in place. */
  readonly replaceKeys: readonly string[];
  readonly changedKeys: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

export const noChanges: Diff = {
  changes: false,
  replaceKeys: [],
  changedKeys: [],
  deleteBeforeReplace: false,
};

/** A replacement for a reason that is no property's. */
export function replaceBecause(reason: string): Diff {
  return { ...noChanges, changes: true, replaceKeys: [reason] };
}

/** Asks the provider; when it cannot tell, compares the inputs. */
export async function diffResource(
  provider: ProviderClient,
  resource: Pick<ResourceState, "urn" | "id">,
  oldInputs: PropertyMap,
  oldOutputs: PropertyMap,
  newInputs: PropertyMap,
  ignoreChanges: readonly string[],
): Promise<Diff> {
  const answer = await provider.diff(resource, oldInputs, oldOutputs, newInputs, ignoreChanges);
  const { replaces: replaceKeys, deleteBeforeReplace } = answer;
  if (answer.changes !== undefined)
    return { changes: answer.changes, replaceKeys, changedKeys: answer.diffs, deleteBeforeReplace };
  const keys = changedKeys(oldInputs, resetPaths(oldInputs, newInputs, ignoreChanges).inputs);
  return { changes: keys.length > 0, replaceKeys, changedKeys: keys, deleteBeforeReplace };
}

/**
 * Turns changes at the paths of `replaceOnChanges` into replacements.
 * Only changes that the diff names can be: a dynamic provider whose own `diff` says just "changed" names none.
 */
export function withReplaceOnChanges(diff: Diff, paths: readonly string[], hasInitErrors: boolean): Diff {
  if (!diff.changes && !hasInitErrors) return diff;
  const parsed = paths.map(parsePath);
  const forced = diff.changedKeys.filter((key) => parsed.some((path) => containsPath(path, [key])));
  const forcedByError = hasInitErrors && parsed.some((path) => containsPath(path, ["#initerror"]));
  return {
    ...diff,
    changes: diff.changes || forcedByError,
    replaceKeys: [...new Set([...diff.replaceKeys, ...forced, ...(forcedByError ? ["#initerror"] : [])])],
  };
}
