import { messageOf } from "../errors.js";
import { type ProviderClient } from "../provider/client.js";
import { dynamicProviderType, requireDynamic } from "../provider/registry.js";
import { type StackConfig } from "../project/config.js";
import { missingPassphrase } from "../secrets/source.js";
import { type ResourceState } from "../state/resource-state.js";
import { isProviderType, packageOf, stackType, type Urn } from "../urn.js";
import { equalMaps, mapProperties, type PropertyMap, Secret, withoutSecrets } from "../values/property.js";
import { hasSecrets } from "../values/secrecy.js";
import { deleteLeftovers } from "./deletes.js";
import { Executor } from "./executor.js";
import { PlanFailure } from "./failure.js";
import { type Goal, newGoal } from "./goal.js";
import { type Plan, Planner } from "./planner.js";
import { type Run } from "./run.js";
import { Semaphore } from "./semaphore.js";

/** Turns the program's registrations into resources. */
export class Deployment {
  readonly #planner: Planner;
  readonly #executor: Executor;
  readonly #planning = new Semaphore(1);
  readonly #goals = new Map<Urn, Goal>();
  readonly #states = new Map<Urn, ResourceState>();
  readonly #inFlight = new Set<Promise<unknown>>();
  #defaultProvider: Promise<string | undefined> | undefined;
  #stack: ResourceState | undefined;
  #stackOutputs: PropertyMap | undefined;

  constructor(
    private readonly run: Run,
    private readonly config: StackConfig,
  ) {
    this.#planner = new Planner(run, async (goal) => this.#providerFor(goal));
    this.#executor = new Executor(run, this.#planner.ledger.deleted);
  }

  /**
   * Brings one resource to what the program wants.
   * @returns its state; undefined when the run has stopped, and then the program must not go on
   */
  async register(goal: Goal): Promise<ResourceState | undefined> {
    return this.#track(this.#bring(goal, async (resolved) => this.#planner.register(resolved)));
  }

  /**
   * Reads a resource that exists outside of this stack.
   * @returns undefined when the run has stopped
   */
  async read(goal: Goal, id: string): Promise<ResourceState | undefined> {
    return this.#track(
      this.#bring(goal, async (resolved) => Promise.resolve(this.#planner.read(resolved, id))),
    );
  }

  /** The state of a resource that was registered in this run. */
  lookup(urn: Urn): ResourceState | undefined {
    return this.#states.get(urn);
  }

  /** What the program says a component's (or the stack's) outputs are. */
  async setOutputs(urn: Urn, outputs: PropertyMap): Promise<void> {
    const state = this.#states.get(urn);
    this.#refuseSecrets(hasSecrets(outputs), `the outputs of ${urn} hold a secret`);
    if (!state) throw new PlanFailure(urn, [`cannot complete a resource '${urn}' that was not registered`]);
    if (state.type === stackType) {
      this.#stackOutputs = outputs;
      return;
    }
    if (equalMaps(state.outputs, outputs)) return;
    state.outputs = outputs;
    this.run.journal.touch();
    if (!this.#planner.ledger.skipped.has(urn)) await this.run.journal.save();
  }

  /** Waits for what runs. */
  async settle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }

  /** After the program has registered everything: deletes what it did not. */
  async finish(): Promise<void> {
    const { run } = this;
    const { ledger, targets } = this.#planner;
    await this.settle();
    if (run.isStopped) return;
    for (const target of targets.unknown(ledger.registered))
      run.blame("", `Target resource '${target}' could not be found in the stack.`);
    if (run.failed.size === 0 || run.options.dryRun)
      await deleteLeftovers(run, ledger, targets, this.#executor);
  }

  /**
   * Settles the stack's outputs. After a failure the program may not have said them all: then the old ones
   * stay unless it gave new values.
   */
  finishOutputs(): { readonly outputs: PropertyMap; readonly previous: PropertyMap } {
    const previous = [...this.run.olds.values()].find(({ type }) => type === stackType)?.outputs ?? {};
    const said = this.#stackOutputs;
    const failed = this.run.failed.size > 0 || this.run.isStopped;
    if (this.#stack && said) {
      this.#stack.outputs = failed ? { ...previous, ...said } : said;
      this.run.journal.touch();
    }
    return { outputs: said ?? {}, previous };
  }

  async #bring(goal: Goal, plan: (goal: Goal) => Promise<Plan>): Promise<ResourceState | undefined> {
    const { run } = this;
    const inherited = this.#inherit(goal);
    const resolved = await this.#withProvider(inherited);
    if (!resolved || run.isStopped) return undefined;
    const planned = await this.#planning.run(async () =>
      run.isStopped ? undefined : this.#planned(resolved, plan),
    );
    if (!planned || !(await this.#executor.executeAll(planned.steps))) return undefined;
    const { state } = planned;
    this.#states.set(state.urn, state);
    this.#goals.set(state.urn, resolved);
    if (state.type === stackType) this.#stack = state;
    return state;
  }

  async #planned(goal: Goal, plan: (goal: Goal) => Promise<Plan>): Promise<Plan | undefined> {
    try {
      const secret = hasSecrets(goal.properties) || goal.additionalSecretOutputs.length > 0;
      this.#refuseSecrets(secret, `the resource '${goal.name}' holds a secret`);
      return await plan(goal);
    } catch (error) {
      const urn = error instanceof PlanFailure ? error.urn : "";
      const messages = error instanceof PlanFailure ? error.messages : [messageOf(error)];
      for (const message of messages) this.run.fail(urn, message);
      return undefined;
    }
  }

  /** Told before anything is done: a resource whose state cannot be stored must not come to exist. */
  #refuseSecrets(present: boolean, what: string): void {
    if (present && !this.run.journal.keepsSecrets) throw missingPassphrase(what);
  }

  /** Children take over what their parent was told and they were not. */
  #inherit(goal: Goal): Goal {
    const parent = this.#goals.get(goal.parent);
    if (!parent) return goal;
    return {
      ...goal,
      protect: goal.protect ?? parent.protect,
      retainOnDelete: goal.retainOnDelete ?? parent.retainOnDelete,
      deletedWith: goal.deletedWith || parent.deletedWith,
    };
  }

  async #withProvider(goal: Goal): Promise<Goal | undefined> {
    if (!goal.custom || isProviderType(goal.type)) return goal;
    const provider = await this.#default();
    return provider === undefined ? undefined : { ...goal, provider };
  }

  /** The default provider of dynamic resources, registered when the first of them is. */
  async #default(): Promise<string | undefined> {
    this.#defaultProvider ??= this.#bring(
      newGoal({
        type: dynamicProviderType,
        name: "default",
        custom: true,
        properties: providerConfig(this.config),
      }),
      async (goal) => this.#planner.register(goal),
    ).then((state) => state && `${state.urn}::${state.id}`);
    return this.#defaultProvider;
  }

  async #providerFor(goal: Goal): Promise<ProviderClient | undefined> {
    if (!goal.custom) return undefined;
    requireDynamic(isProviderType(goal.type) ? (goal.type.split(":").at(-1) ?? "") : packageOf(goal.type));
    return this.run.providers.start();
  }

  async #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#inFlight.add(work);
    try {
      return await work;
    } finally {
      this.#inFlight.delete(work);
    }
  }
}

/** Dynamic providers are configured with the whole configuration of the stack, secrets marked. */
function providerConfig(config: StackConfig): PropertyMap {
  return mapProperties(config.values, (value, key) =>
    config.secretKeys.includes(key) ? new Secret(withoutSecrets(value)) : value,
  );
}
