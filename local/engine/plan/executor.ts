import { randomUUID } from "node:crypto";

import { status } from "@grpc/grpc-js";

import { EngineError, messageOf } from "../errors.js";
import { PartialFailure } from "../provider/calls.js";
import { ProviderError } from "../provider/messages.js";
import { isDefaultProvider } from "../provider/registry.js";
import { type PendingOperation, type ResourceState } from "../state/resource-state.js";
import { isProviderType, type Urn } from "../urn.js";
import { equalMaps } from "../values/property.js";
import { protectOutputs } from "../values/secrecy.js";
import { unknownValue } from "../values/signatures.js";
import { type Run } from "./run.js";
import { describe, type Step, subject } from "./step.js";

/** Does what was planned, and keeps the journal. */
export class Executor {
  /** URNs that this run deletes: what is `deletedWith` one of them needs no deletion of its own. */
  readonly deleting: Set<Urn>;

  constructor(
    private readonly run: Run,
    deleting: Set<Urn>,
  ) {
    this.deleting = deleting;
  }

  /**
   * Does the steps one after the other, in one slot.
   * @returns whether all succeeded; a failure has been told and has stopped the run
   */
  async executeAll(steps: readonly Step[]): Promise<boolean> {
    return this.run.slots.run(async () => {
      for (const step of steps) if (this.run.isStopped || !(await this.#execute(step))) return false;
      return true;
    });
  }

  async #execute(step: Step): Promise<boolean> {
    const { run } = this;
    const { urn } = subject(step);
    const visible = !isDefaultProvider({ urn }) && !step.skipped;
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    if (visible) run.emit({ kind: "step-start", step: describe(step) });
    try {
      await this.#apply(step);
      if (visible) {
        run.emit({ kind: "step-end", step: describe(step), seconds: seconds() });
        if (isCounted(step)) run.count(step.operation);
      }
      return true;
    } catch (error) {
      run.emit({ kind: "step-failed", step: describe(step), seconds: seconds(), message: messageOf(error) });
      run.fail(urn, messageOf(error));
      return false;
    }
  }

  async #apply(step: Step): Promise<void> {
    switch (step.operation) {
      case "same":
        return this.#same(step);
      case "create":
      case "create-replacement":
        return this.#create(step);
      case "update":
        return this.#update(step);
      case "delete":
      case "delete-replaced":
        return this.#delete(step);
      case "read":
        return this.#read(step);
      case "remove-pending-replace":
        this.run.journal.retire(subject(step));
        return this.run.journal.save();
      // The parts of a replacement are steps of their own.
      case "replace":
        return;
      default:
        throw new EngineError(`the step ${step.operation} is not the executor's`);
    }
  }

  async #same({ old, new: desired, skipped }: Step): Promise<void> {
    const { journal, providers } = this.run;
    if (!old || !desired || skipped) return;
    desired.id = old.id;
    desired.outputs = protectOutputs(old.outputs, desired.inputs, desired.additionalSecretOutputs);
    if (isProviderType(desired.type)) await providers.configure(desired, old.inputs);
    journal.retire(old);
    journal.add(desired);
    if (matters(old, desired)) await journal.save();
  }

  async #create({ old, new: desired, deleteLater }: Step): Promise<void> {
    const { journal } = this.run;
    if (!desired) return;
    try {
      await this.#recorded(desired, "creating", async () => {
        const { id, outputs } = await this.#createThrough(desired);
        desired.id = id;
        desired.outputs = outputs;
      });
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      // It exists, so it is kept, and its errors with it: the next run will try to finish it.
      desired.id = error.id;
      desired.outputs = error.outputs;
      desired.initErrors = [...error.reasons];
      this.#created(old, desired, deleteLater);
      await journal.save();
      throw error;
    }
    this.#created(old, desired, deleteLater);
    await journal.save();
  }

  #created(old: ResourceState | undefined, desired: ResourceState, deleteLater: boolean): void {
    const { journal } = this.run;
    desired.outputs = protectOutputs(desired.outputs, desired.inputs, desired.additionalSecretOutputs);
    desired.created = desired.modified = new Date().toISOString();
    if (old && deleteLater) old.delete = true;
    if (old?.pendingReplacement) journal.retire(old);
    journal.add(desired);
  }

  async #createThrough(desired: ResourceState): Promise<Pick<ResourceState, "id" | "outputs">> {
    const { options, providers, journal } = this.run;
    if (!desired.custom) return { id: "", outputs: {} };
    if (isProviderType(desired.type)) {
      const id = options.dryRun ? unknownValue : randomUUID();
      await providers.configure({ urn: desired.urn, id }, desired.inputs);
      return { id, outputs: desired.inputs };
    }
    // Dynamic providers cannot preview: what is wanted is all that is known.
    if (options.dryRun) return { id: "", outputs: desired.inputs };
    const provider = await providers.forResource(desired, journal.base.resources);
    return provider.create(desired.urn, desired.inputs, desired.customTimeouts?.create ?? 0);
  }

  async #update({ old, new: desired }: Step): Promise<void> {
    const { journal } = this.run;
    if (!old || !desired) return;
    Object.assign(desired, { id: old.id, created: old.created, modified: old.modified });
    const finish = async (): Promise<void> => {
      desired.outputs = protectOutputs(desired.outputs, desired.inputs, desired.additionalSecretOutputs);
      if (desired.custom) desired.modified = new Date().toISOString();
      journal.retire(old);
      journal.add(desired);
      await journal.save();
    };
    try {
      await this.#recorded(desired, "updating", async () => {
        desired.outputs = await this.#updateThrough(old, desired);
      });
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      desired.outputs = error.outputs;
      desired.initErrors = [...error.reasons];
      await finish();
      throw error;
    }
    await finish();
  }

  async #updateThrough(old: ResourceState, desired: ResourceState): Promise<ResourceState["outputs"]> {
    const { options, providers, journal } = this.run;
    if (!desired.custom) return old.outputs;
    if (isProviderType(desired.type)) {
      await providers.configure(desired, desired.inputs);
      return desired.inputs;
    }
    if (options.dryRun) return desired.inputs;
    const provider = await providers.forResource(desired, journal.base.resources);
    const timeout = desired.customTimeouts?.update ?? 0;
    return provider.update(
      { urn: desired.urn, id: old.id },
      old.inputs,
      old.outputs,
      desired.inputs,
      desired.ignoreChanges,
      timeout,
    );
  }

  async #read({ old, new: desired, deleteLater }: Step): Promise<void> {
    const { journal, providers } = this.run;
    if (!desired) return;
    // An id that is only known after the deployment cannot be read before it.
    if (desired.id !== unknownValue) {
      const provider = await providers.forResource(desired, journal.base.resources);
      const { id, outputs } = await provider.read(desired, desired.inputs, desired.inputs, 0);
      if (id !== "") desired.id = id;
      desired.outputs = protectOutputs(outputs, desired.inputs, desired.additionalSecretOutputs);
    }
    if (old && deleteLater) old.delete = true;
    else if (old) journal.retire(old);
    journal.add(desired);
    await journal.save();
  }

  async #delete({ operation, old, pendingReplacement }: Step): Promise<void> {
    const { journal } = this.run;
    if (!old) return;
    if (operation === "delete" && old.protect) throw protectedError(old.urn);
    await this.#deleteThrough(old);
    if (pendingReplacement) {
      old.pendingReplacement = true;
      journal.touch();
    } else journal.retire(old);
    await journal.save();
  }

  async #deleteThrough(old: ResourceState): Promise<void> {
    const { options, providers, journal } = this.run;
    if (!old.custom || isProviderType(old.type) || old.external || old.retainOnDelete) return;
    if (old.deletedWith !== "" && this.deleting.has(old.deletedWith)) return;
    // A preview loads the provider too, so that one that cannot be loaded is told before anything is done.
    const provider = await providers.forResource(old, journal.base.resources);
    if (options.dryRun) return;
    await this.#recorded(old, "deleting", async () =>
      provider.delete(old, old.inputs, old.outputs, old.customTimeouts?.delete ?? 0),
    );
  }

  /** Keeps an operation on record while it runs, and after it when nobody knows how it ended. */
  async #recorded(
    state: ResourceState,
    type: PendingOperation["type"],
    work: () => Promise<void>,
  ): Promise<void> {
    const { journal, options } = this.run;
    if (!state.custom || isProviderType(state.type) || options.dryRun) return work();
    const operation = await journal.begin(state, type);
    try {
      await work();
      journal.end(operation);
    } catch (error) {
      if (!isOutcomeUnknown(error)) journal.end(operation);
      if (!(error instanceof PartialFailure)) await journal.save();
      throw error;
    }
  }
}

/** A provider that died, or was stopped, may have done what it was asked. */
function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof ProviderError && [status.UNAVAILABLE, status.CANCELLED].includes(error.code);
}

function isCounted({ operation }: Step): boolean {
  return operation !== "create-replacement" && operation !== "delete-replaced" && operation !== "read";
}

/** What may change about a kept resource and must be on disk at once; positions in the source can wait. */
const telling = [
  ...[
    "urn",
    "type",
    "custom",
    "provider",
    "parent",
    "protect",
    "retainOnDelete",
    "deletedWith",
    "replaceWith",
  ],
  ...["dependencies", "additionalSecretOutputs", "taint"],
] as readonly (keyof ResourceState)[];

function matters(old: ResourceState, desired: ResourceState): boolean {
  return (
    telling.some((field) => JSON.stringify(old[field]) !== JSON.stringify(desired[field])) ||
    !equalMaps(old.inputs, desired.inputs) ||
    !equalMaps(old.outputs, desired.outputs)
  );
}

function protectedError(urn: Urn): EngineError {
  return new EngineError(
    `resource "${urn}" cannot be deleted\nbecause it is protected. To unprotect the resource, either remove the ` +
      "`protect` flag from the resource in your Pulumi program and run `up`, or use the command:\n" +
      `\`pulumi state unprotect '${urn}'\``,
  );
}
