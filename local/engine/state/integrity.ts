import { StateError } from "../errors.js";
import { requirementsOf, type ResourceState } from "./resource-state.js";

/**
 * Checks what every reader of a state relies on: whatever a resource needs stands before it, and no two
 * living resources share a URN.
 * @throws StateError naming the first resource that breaks it
 */
export function verifyIntegrity(resources: readonly ResourceState[]): void {
  const seen = new Set<string>();
  const living = new Set<string>();
  for (const state of resources) {
    for (const urn of requirementsOf(state))
      if (!seen.has(urn))
        throw new StateError(
          `the state is damaged: ${state.urn} needs ${urn}, which does not stand before it`,
        );
    if (!state.delete && living.has(state.urn))
      throw new StateError(`the state is damaged: ${state.urn} occurs twice`);
    seen.add(state.urn);
    if (!state.delete) living.add(state.urn);
  }
}
