import { executeDeletes } from "../plan/deletes.js";
import { Executor } from "../plan/executor.js";
import { type Step, step } from "../plan/step.js";
import { Targets } from "../plan/targets.js";
import { type ResourceState } from "../state/resource-state.js";
import { type PropertyMap } from "../values/property.js";
import { type OperationContext } from "./operation.js";

/** Deletes everything of the stack, or the targets and what cannot exist without them. The program is not run. */
export async function destroy({ run }: OperationContext): Promise<PropertyMap> {
  const targets = new Targets(run);
  for (const target of targets.unknown([]))
    run.blame("", `Target resource '${target}' could not be found in the stack.`);
  if (run.failed.size > 0) return {};
  const steps = new Map<ResourceState, Step>();
  const condemned = new Set<ResourceState>();
  for (const state of run.journal.base.resources) {
    const chosen = !targets.areGiven || targets.names(state.urn);
    if (!chosen) continue;
    condemned.add(state);
    if (targets.areGiven) for (const dependent of run.graph.allDependents(state)) condemned.add(dependent);
  }
  for (const state of run.journal.base.resources) {
    if (!condemned.has(state)) continue;
    if (targets.areGiven && !targets.names(state.urn) && !run.options.targetDependents)
      run.blame(
        state.urn,
        `Resource '${state.urn}' will be destroyed but was not specified in --target list.`,
      );
    steps.set(
      state,
      state.pendingReplacement
        ? step("remove-pending-replace", { old: state })
        : step("delete", { old: state }),
    );
  }
  if (run.failed.size > 0) return {};
  await executeDeletes(run, steps, new Executor(run, new Set()));
  return {};
}
