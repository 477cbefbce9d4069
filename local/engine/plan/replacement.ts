import { type ResourceState } from "../state/resource-state.js";
import { providerUrn, type Urn } from "../urn.js";
import { mapProperties, type PropertyMap, Unknown } from "../values/property.js";
import { diffResource, withReplaceOnChanges } from "./diff.js";
import { PlanFailure } from "./failure.js";
import { type Ledger } from "./ledger.js";
import { type Run } from "./run.js";
import { type Step, step } from "./step.js";

/**
 * The steps that come before a resource is created anew when its old self must go first: everything that
 * cannot outlive it is deleted too, dependents before what they depend on, and itself last.
 */
export async function deleteBeforeReplace(run: Run, ledger: Ledger, old: ResourceState): Promise<Step[]> {
  const dependents = await dependentReplacements(run, ledger, old);
  const steps: Step[] = [];
  for (const dependent of dependents.reverse()) {
    if (ledger.condemned.has(dependent)) continue;
    if (dependent.protect && !dependent.delete) throw protectedDependent(dependent.urn, old.urn);
    steps.push(
      dependent.delete
        ? step("delete", { old: dependent })
        : step("delete-replaced", { old: dependent, pendingReplacement: true }),
    );
    ledger.deleted.add(dependent.urn);
    ledger.condemned.add(dependent);
  }
  if (!old.pendingReplacement) {
    ledger.deleted.add(old.urn);
    steps.push(step("delete-replaced", { old, pendingReplacement: true }));
  }
  return steps;
}

/** What must be replaced together with a resource that is deleted first, in dependency order. */
export async function dependentReplacements(
  run: Run,
  ledger: Ledger,
  root: ResourceState,
): Promise<ResourceState[]> {
  const replaced = new Set<Urn>([root.urn]);
  const result: ResourceState[] = [];
  for (const dependent of run.graph.allDependents(root)) {
    // What the program has registered already cannot depend on something that is only now registered.
    if (ledger.isDecided(dependent.urn) || !(await mustGo(run, dependent, replaced))) continue;
    replaced.add(dependent.urn);
    result.push(dependent);
  }
  return result;
}

/** A dependent must go when its provider would replace it if the inputs that come from the replaced changed. */
async function mustGo(run: Run, state: ResourceState, replaced: ReadonlySet<Urn>): Promise<boolean> {
  if (!state.custom || state.external) return false;
  if (state.provider !== "" && replaced.has(providerUrn(state.provider))) return true;
  if (replaced.has(state.deletedWith) || state.replaceWith.some((urn) => replaced.has(urn))) return true;
  const affected = (name: string): boolean =>
    (state.propertyDependencies[name] ?? []).some((urn) => replaced.has(urn));
  if (!Object.keys(state.inputs).some(affected)) return false;
  const inputs: PropertyMap = mapProperties(state.inputs, (value, name) =>
    affected(name) ? Unknown.instance : value,
  );
  const provider = await run.providers.forResource(state, run.journal.base.resources);
  const diff = await diffResource(provider, state, state.inputs, state.outputs, inputs, state.ignoreChanges);
  return withReplaceOnChanges(diff, state.replaceOnChanges, false).replaceKeys.length > 0;
}

function protectedDependent(urn: Urn, root: Urn): PlanFailure {
  return new PlanFailure(urn, [
    `unable to replace resource "${urn}" as part of replacing "${root}" as it is currently marked for ` +
      "protection. To unprotect the resource, remove the `protect` flag from the resource in your Pulumi program and run `up`",
  ]);
}
