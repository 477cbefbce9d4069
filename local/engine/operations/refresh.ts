import { messageOf } from "../errors.js";
import { diffResource } from "../plan/diff.js";
import { step, describe, type Step } from "../plan/step.js";
import { Targets } from "../plan/targets.js";
import { type Run } from "../plan/run.js";
import { isDefaultProvider } from "../provider/registry.js";
import { type ResourceState } from "../state/resource-state.js";
import { isProviderType, stackType, type Urn } from "../urn.js";
import { equalMaps, type PropertyMap } from "../values/property.js";
import { protectOutputs } from "../values/secrecy.js";
import { type OperationContext } from "./operation.js";
import { type RefreshOptions } from "./options.js";

/** Reads every resource and takes what it says into the state; what is gone leaves it. The program is not run. */
export async function refresh(
  { run, session }: OperationContext,
  options: RefreshOptions,
): Promise<PropertyMap> {
  const { base } = run.journal;
  const targets = new Targets(run);
  for (const target of targets.unknown([]))
    run.blame("", `Target resource '${target}' could not be found in the stack.`);
  if (run.failed.size > 0) return {};
  const refreshed = new Map<ResourceState, ResourceState | undefined>();
  await Promise.all(
    base.resources
      .filter((state) => targets.include(state))
      .map(async (state) =>
        run.slots.run(async () => {
          if (!run.isStopped) refreshed.set(state, await refreshOne(run, state));
        }),
      ),
  );
  base.resources = repaired(
    base.resources.map((state) => (refreshed.has(state) ? refreshed.get(state) : state)),
  );
  base.pendingOperations = base.pendingOperations.filter(
    ({ type }) => type === "creating" && options.clearPendingCreates !== true,
  );
  run.journal.touch();
  for (const { resource, type } of base.pendingOperations)
    run.diagnose(
      "warning",
      `interrupted while ${type}: whether it exists is unknown. If it does not, or the next update will adopt ` +
        "it, forget the operation by refreshing with clearPendingCreates",
      resource.urn,
    );
  run.rebase();
  const outputs = [...run.olds.values()].find(({ type }) => type === stackType)?.outputs ?? {};
  run.emit({ kind: "outputs", outputs, previous: outputs });
  return session.snapshot === base ? outputs : {};
}

/** @returns undefined when the resource is gone */
async function refreshOne(run: Run, old: ResourceState): Promise<ResourceState | undefined> {
  const visible = !isDefaultProvider(old);
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  const started = step("refresh", { old, new: old });
  if (visible) run.emit({ kind: "step-start", step: describe(started) });
  try {
    const fresh = isManaged(old) ? await read(run, old) : old;
    const ended = outcome(old, fresh);
    if (visible) {
      run.emit({ kind: "step-end", step: describe(ended), seconds: seconds() });
      run.count(ended.operation === "refresh" ? "update" : ended.operation);
    }
    return fresh;
  } catch (error) {
    run.emit({ kind: "step-failed", step: describe(started), seconds: seconds(), message: messageOf(error) });
    run.fail(old.urn, messageOf(error));
    return old;
  }
}

function isManaged({ custom, type, pendingReplacement }: ResourceState): boolean {
  return custom && !isProviderType(type) && !pendingReplacement;
}

function outcome(old: ResourceState, fresh: ResourceState | undefined): Step {
  if (!fresh) return step("delete", { old });
  return step(equalMaps(old.outputs, fresh.outputs) ? "same" : "refresh", { old, new: fresh });
}

async function read(run: Run, old: ResourceState): Promise<ResourceState | undefined> {
  const provider = await run.providers.forResource(old, run.journal.base.resources);
  const {
    id,
    inputs = old.inputs,
    outputs,
  } = await provider.read(old, old.inputs, old.outputs, old.customTimeouts?.read ?? 0);
  if (id === "") return undefined;
  const fresh: ResourceState = {
    ...old,
    id,
    inputs,
    outputs: protectOutputs(outputs, inputs, old.additionalSecretOutputs),
    initErrors: [],
  };
  if (!equalMaps(fresh.inputs, old.inputs) || !equalMaps(fresh.outputs, old.outputs))
    fresh.modified = new Date().toISOString();
  // The real engine asks too: the answer is what the next update would show.
  if (!old.external)
    await diffResource(provider, fresh, fresh.inputs, fresh.outputs, old.inputs, old.ignoreChanges);
  return fresh;
}

/** Drops what is gone, and every mention of it; lists of dependencies that were empty are dropped with them. */
function repaired(resources: readonly (ResourceState | undefined)[]): ResourceState[] {
  const present = new Set<Urn>();
  const existing = (urns: readonly Urn[]): Urn[] => urns.filter((urn) => present.has(urn));
  return resources.flatMap((state) => {
    if (!state) return [];
    const kept = {
      ...state,
      parent: present.has(state.parent) ? state.parent : "",
      dependencies: existing(state.dependencies),
      propertyDependencies: Object.fromEntries(
        Object.entries(state.propertyDependencies)
          .map(([name, urns]) => [name, existing(urns)] as const)
          .filter(([, urns]) => urns.length > 0),
      ),
      deletedWith: present.has(state.deletedWith) ? state.deletedWith : "",
      replaceWith: existing(state.replaceWith),
    };
    present.add(state.urn);
    return [kept];
  });
}
