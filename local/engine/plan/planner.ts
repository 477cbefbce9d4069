import { type ProviderClient } from "../provider/client.js";
import { isDefaultProvider } from "../provider/registry.js";
import { newState, requirementsOf, type ResourceState } from "../state/resource-state.js";
import { isProviderType, makeUrn, nameOf, type Urn } from "../urn.js";
import { equalMaps, equalValues, type PropertyMap, withoutSecrets } from "../values/property.js";
import { shortText } from "../values/text.js";
import { possibleUrns } from "./aliases.js";
import { type Diff, diffResource, noChanges, replaceBecause, withReplaceOnChanges } from "./diff.js";
import { PlanFailure } from "./failure.js";
import { desiredState, type Goal } from "./goal.js";
import { Ledger } from "./ledger.js";
import { resetPaths } from "./property-path.js";
import { deleteBeforeReplace } from "./replacement.js";
import { type Run } from "./run.js";
import { type Step, step } from "./step.js";
import { Targets } from "./targets.js";

/** What is to be done for a registration, and the state it ends in. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly state: ResourceState;
}

/** The default provider has its own life in the registry. */
type GetProvider = (goal: Goal) => Promise<ProviderClient | undefined>;

/** Decides, registration by registration, what happens to each resource. One at a time: the order matters. */
export class Planner {
  readonly ledger = new Ledger();
  readonly targets: Targets;

  constructor(
    private readonly run: Run,
    private readonly getProvider: GetProvider,
  ) {
    this.targets = new Targets(run);
  }

  /** @throws PlanFailure when the resource cannot be had */
  async register(goal: Goal): Promise<Plan> {
    const { ledger } = this;
    const urn = this.#claim(goal);
    const { old, alias } = this.#find(goal, urn);
    const desired = desiredState(goal, urn, old, alias);
    refuseImport(goal, urn, old);
    const targeted = this.targets.include(desired);
    if (!targeted) return this.#leaveAlone(old, desired);

    const provider = await this.getProvider(goal);
    const recreating = ledger.deleted.has(urn);
    const usable = old && !old.external && !recreating && !this.#replacesOnRequest(old) ? old : undefined;
    desired.inputs = await this.#check(provider, goal, desired, usable);
    this.#refuseSkipped(desired);

    if (old && recreating) {
      ledger.deleted.delete(urn);
      ledger.replaced.add(urn);
      return {
        state: desired,
        steps: [step("replace", { old, new: desired }), step("create-replacement", { old, new: desired })],
      };
    }
    if (old?.external) {
      ledger.created.add(urn);
      return {
        state: desired,
        steps: [
          step("create-replacement", { old, new: desired, deleteLater: true }),
          step("replace", { old, new: desired }),
        ],
      };
    }
    if (!old) {
      ledger.created.add(urn);
      return { state: desired, steps: [step("create", { new: desired })] };
    }
    const diff = await this.#diff(provider, goal, old, desired);
    const changed = withReplaceOnChanges(diff, goal.replaceOnChanges, old.initErrors.length > 0);
    if ((changed.changes && changed.replaceKeys.length > 0) || old.pendingReplacement)
      return { state: desired, steps: await this.#replace(provider, goal, old, desired, changed) };
    if (changed.changes || old.initErrors.length > 0) {
      ledger.updated.add(urn);
      return { state: desired, steps: [step("update", { old, new: desired })] };
    }
    ledger.kept.add(urn);
    return { state: desired, steps: [step("same", { old, new: desired })] };
  }

  /** A resource that the program only reads: it is known under its id, and never changed or deleted. */
  read(goal: Goal, id: string): Plan {
    const urn = this.#claim(goal);
    const { old, alias } = this.#find(goal, urn);
    const desired = {
      ...desiredState(goal, urn, old, alias),
      id,
      external: true,
      created: undefined,
      modified: undefined,
    };
    this.ledger.read.add(urn);
    // A managed resource of that name is replaced by the one that is read, and goes at the end.
    const deleteLater = old !== undefined && !old.external && old.id !== id;
    return { state: desired, steps: [step("read", { old, new: desired, deleteLater })] };
  }

  #claim(goal: Goal): Urn {
    const { project, stack } = this.run.options;
    if (goal.parent !== "" && !this.ledger.registered.has(goal.parent))
      throw new PlanFailure(goal.parent, [`could not find parent resource ${goal.parent}`]);
    const urn = makeUrn(stack, project, goal.parent, goal.type, goal.name);
    if (this.ledger.registered.has(urn))
      throw new PlanFailure(urn, [`Duplicate resource URN '${urn}'; try giving it a unique name`]);
    this.ledger.registered.add(urn);
    return urn;
  }

  /** The resource's present state, under its own URN or the first alias that exists. */
  #find(goal: Goal, urn: Urn): { readonly old: ResourceState | undefined; readonly alias: Urn } {
    const { ledger, run } = this;
    const { project, stack } = run.options;
    const claimed = ledger.renamed.get(urn);
    if (claimed !== undefined)
      throw new PlanFailure(urn, [
        `Duplicate resource URN '${urn}': it is an alias of ${claimed}, which was registered before`,
      ]);
    const own = run.olds.get(urn);
    if (own) return { old: own, alias: "" };
    for (const alias of possibleUrns(goal, stack, project, (of) => ledger.formerly.get(of))) {
      const old = run.olds.get(alias);
      if (!old) continue;
      const other = ledger.registered.has(alias) ? alias : ledger.renamed.get(alias);
      if (other !== undefined)
        throw new PlanFailure(urn, [
          `the alias ${alias} of ${urn} belongs to ${other}; remove it from one of them`,
        ]);
      ledger.renamed.set(alias, urn);
      ledger.formerly.set(urn, alias);
      return { old, alias };
    }
    return { old: undefined, alias: "" };
  }

  #replacesOnRequest(old: ResourceState): boolean {
    return old.taint || this.run.options.replace.includes(old.urn);
  }

  async #check(
    provider: ProviderClient | undefined,
    goal: Goal,
    desired: ResourceState,
    old: ResourceState | undefined,
  ): Promise<PropertyMap> {
    const { inputs, impossible } = old
      ? resetPaths(old.inputs, goal.properties, goal.ignoreChanges)
      : { inputs: goal.properties, impossible: [] };
    if (impossible.length > 0)
      this.run.diagnose(
        "info",
        `cannot ignore changes in added or removed elements of the path: "${impossible.join(", ")}"`,
        desired.urn,
      );
    if (!provider) return inputs;
    if (isProviderType(goal.type)) return provider.checkConfig(desired.urn, old?.inputs ?? {}, inputs);
    return this.#checked(provider, goal, desired.urn, old?.inputs ?? {}, inputs);
  }

  async #checked(
    provider: ProviderClient,
    goal: Goal,
    urn: Urn,
    olds: PropertyMap,
    news: PropertyMap,
  ): Promise<PropertyMap> {
    const { inputs, failures } = await provider.check(urn, olds, news);
    if (failures.length === 0) return inputs;
    throw new PlanFailure(
      urn,
      failures.map(({ property, reason }) =>
        property === ""
          ? `${goal.type} resource '${goal.name}' has a problem: ${reason}`
          : `${goal.type} resource '${goal.name}': property ${property} value {${shortText(news[property])}} has a problem: ${reason}`,
      ),
    );
  }

  async #diff(
    provider: ProviderClient | undefined,
    goal: Goal,
    old: ResourceState,
    desired: ResourceState,
  ): Promise<Diff> {
    const { ledger } = this;
    if (this.#replacesOnRequest(old)) return replaceBecause("id");
    if (
      !equalValues(withoutSecrets(old.replacementTrigger), withoutSecrets(desired.replacementTrigger)) &&
      old.replacementTrigger !== null
    )
      return replaceBecause("replacementTrigger");
    if (desired.replaceWith.some((urn) => ledger.replaced.has(urn))) return replaceBecause("replaceWith");
    if (desired.deletedWith !== "" && ledger.replaced.has(desired.deletedWith))
      return replaceBecause("deletedWith");
    if (!provider) return equalMaps(old.inputs, desired.inputs) ? noChanges : { ...noChanges, changes: true };
    if (isProviderType(goal.type)) {
      const answer = await provider.diffConfig(desired.urn, old.inputs, desired.inputs);
      return { ...noChanges, changes: answer?.changes ?? !equalMaps(old.inputs, desired.inputs) };
    }
    return diffResource(
      provider,
      { urn: desired.urn, id: old.id },
      old.inputs,
      old.outputs,
      desired.inputs,
      goal.ignoreChanges,
    );
  }

  async #replace(
    provider: ProviderClient | undefined,
    goal: Goal,
    old: ResourceState,
    desired: ResourceState,
    diff: Diff,
  ): Promise<Step[]> {
    const { ledger, run } = this;
    if (old.protect && desired.protect) {
      const message =
        `unable to replace resource "${desired.urn}"\nas it is currently marked for protection. To unprotect the ` +
        "resource, remove the `protect` flag from the resource in your Pulumi program and run `up`";
      if (!run.options.dryRun) throw new PlanFailure(desired.urn, [message]);
      // A preview goes on, so that the change that causes it is seen.
      run.blame(desired.urn, message);
    }
    ledger.replaced.add(desired.urn);
    // Defaults must not be carried over from what is replaced.
    if (provider && !isProviderType(goal.type) && !this.#replacesOnRequest(old))
      desired.inputs = await this.#checked(provider, goal, desired.urn, {}, goal.properties);
    const { replaceKeys } = diff;
    if (goal.deleteBeforeReplace ?? diff.deleteBeforeReplace)
      return [
        ...(await deleteBeforeReplace(run, ledger, old)),
        step("replace", { old, new: desired, replaceKeys }),
        step("create-replacement", { old, new: desired, replaceKeys }),
      ];
    return [
      step("create-replacement", { old, new: desired, replaceKeys, deleteLater: true }),
      step("replace", { old, new: desired, replaceKeys }),
    ];
  }

  /** A resource outside the targets stays what it was; one that does not exist is not created. */
  #leaveAlone(old: ResourceState | undefined, desired: ResourceState): Plan {
    if (!old) {
      this.ledger.kept.add(desired.urn);
      this.ledger.skipped.add(desired.urn);
      return { state: desired, steps: [step("same", { old: desired, new: desired, skipped: true })] };
    }
    const steps = this.keep(old, desired.urn);
    return { state: steps.at(-1)?.new ?? desired, steps };
  }

  /** Steps that carry an old resource over unchanged, after everything it needs. */
  keep(old: ResourceState, as: Urn = old.urn): Step[] {
    const { ledger, run } = this;
    if (old.delete) return [];
    ledger.registered.add(old.urn);
    ledger.kept.add(old.urn);
    ledger.kept.add(as);
    const steps = requirementsOf(old).flatMap((urn) => {
      const needed = run.olds.get(urn);
      return !needed || ledger.isDecided(ledger.renamed.get(urn) ?? urn) ? [] : this.keep(needed);
    });
    return [...steps, step("same", { old, new: newState({ ...old, id: "" }) })];
  }

  #refuseSkipped(desired: ResourceState): void {
    const missing = requirementsOf(desired).find((urn) => this.ledger.skipped.has(urn));
    if (missing === undefined) return;
    throw new PlanFailure(desired.urn, [
      `Resource '${desired.urn}' depends on '${missing}' which was not specified in --target list.`,
    ]);
  }
}

/**
 * The real engine cannot import dynamic resources: the import request carries no `__provider`, and the
 * provider fails. Here it is refused before anything is done.
 */
function refuseImport(goal: Goal, urn: Urn, old: ResourceState | undefined): void {
  if (!goal.custom || goal.importId === "" || isDefaultProvider({ urn })) return;
  if (old && !old.external && (old.importId || old.id) === goal.importId) return;
  throw new PlanFailure(urn, [
    `resource '${nameOf(urn)}' cannot be imported: the \`import\` option does not work for dynamic resources ` +
      "(the engine has no provider to ask yet); remove it and let the resource adopt what exists",
  ]);
}
