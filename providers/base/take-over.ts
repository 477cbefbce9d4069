import { comparison } from "./diff.js";
import type { Kind } from "./kind.js";
import { differingPaths } from "./values.js";

/** An object that is there already, found by its natural key. */
export interface Existing<I> {
  /** What the inputs would be that describe it. */
  readonly inputs: I;
  /** Who made it, if it says so. */
  readonly marker: string | undefined;
}

/** An object of that name exists and is not this resource's to change. */
export class TakeOverRefusedError extends Error {
  override readonly name = "TakeOverRefusedError";
}

interface Wanted {
  readonly adopt: boolean;
  readonly marker?: string | undefined;
}

/**
 * Decides about an object that is there already: one that equals the inputs is adopted as it is, one that
 * this resource made (its answer was lost) or that `adopt` names is adopted and brought up to date, any other
 * is left alone.
 *
 * @returns whether it must be brought up to date
 * @throws TakeOverRefusedError naming what differs, or whose it is, and the cure
 */
export function takeOver<I extends object & Wanted>(
  kind: Kind<I>,
  label: string,
  inputs: I,
  existing: Existing<I>,
): boolean {
  const differences = differingPaths(comparison(kind, existing.inputs), comparison(kind, inputs));
  const isOurs = existing.marker !== undefined && existing.marker === inputs.marker;
  if (inputs.adopt || isOurs) return differences.length > 0;
  if (existing.marker !== undefined && inputs.marker !== undefined)
    throw new TakeOverRefusedError(
      `${kind.name} ${label} exists and belongs to ${existing.marker}. If that resource was renamed, give this ` +
        "one its old name as an alias; to take the object over, set adopt: true here and remove it there.",
    );
  if (differences.length === 0) return false;
  throw new TakeOverRefusedError(
    `${kind.name} ${label} exists, was not made by this stack and differs in ${differences.join(", ")}. ` +
      "Set adopt: true on this resource to take it over and overwrite it, or choose another name.",
  );
}

/** Of several objects of one name: the one that this resource made, else the first. */
export function preferOwn<T extends { readonly marker: string | undefined }>(
  candidates: readonly T[],
  marker: string | undefined,
): T | undefined {
  return (
    candidates.find((candidate) => candidate.marker !== undefined && candidate.marker === marker) ??
    candidates[0]
  );
}
