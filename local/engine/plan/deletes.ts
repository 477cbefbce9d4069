import { isDefaultProvider } from "../provider/registry.js";
import { type ResourceState } from "../state/resource-state.js";
import { type Executor } from "./executor.js";
import { inOrder, ResourceGraph } from "./graph.js";
import { type Ledger } from "./ledger.js";
import { dependentReplacements } from "./replacement.js";
import { type Run } from "./run.js";
import { type Step, step } from "./step.js";
import { type Targets } from "./targets.js";

/** Deletes what nothing wants any more: replaced resources and those the program no longer registers. */
export async function deleteLeftovers(
  run: Run,
  ledger: Ledger,
  targets: Targets,
  executor: Executor,
): Promise<void> {
  const steps = new Map<ResourceState, Step>();
  const allowed = targets.areGiven ? await deletable(run, ledger, targets) : undefined;
  for (const old of run.journal.base.resources) {
    const leftover = deletionOf(old, ledger);
    if (!leftover || (allowed && !allowed.has(old))) continue;
    if (allowed && !targets.names(old.urn) && !run.options.targetDependents && !isDefaultProvider(old)) {
      run.blame(old.urn, `Resource '${old.urn}' will be destroyed but was not specified in --target list.`);
      continue;
    }
    ledger.deleted.add(old.urn);
    steps.set(old, leftover);
  }
  if (run.failed.size > 0 && !run.options.dryRun) return;
  await executeDeletes(run, steps, executor);
}

function deletionOf(old: ResourceState, ledger: Ledger): Step | undefined {
  if (ledger.condemned.has(old)) return undefined;
  if (old.delete) return step("delete-replaced", { old });
  if (ledger.isInUse(old.urn)) return undefined;
  return old.pendingReplacement ? step("remove-pending-replace", { old }) : step("delete", { old });
}

/** The targets, and what cannot exist without them. */
async function deletable(run: Run, ledger: Ledger, targets: Targets): Promise<Set<ResourceState>> {
  const result = new Set<ResourceState>();
  for (const old of run.journal.base.resources) {
    if (!targets.names(old.urn)) continue;
    result.add(old);
    for (const dependent of run.graph.allDependents(old)) result.add(dependent);
    for (const dependent of await dependentReplacements(run, ledger, old)) result.add(dependent);
  }
  return result;
}

/** Each deletion starts as soon as everything that needs the resource is gone. */
export async function executeDeletes(
  run: Run,
  steps: ReadonlyMap<ResourceState, Step>,
  executor: Executor,
): Promise<void> {
  for (const { urn } of steps.keys()) executor.deleting.add(urn);
  const graph = new ResourceGraph(run.journal.base.resources);
  await inOrder(
    [...steps.keys()],
    (state) => graph.dependents(state),
    async (state) => {
      const deletion = steps.get(state);
      return deletion !== undefined && executor.executeAll([deletion]);
    },
  );
}
