import { type Crypter } from "../secrets/passphrase.js";
import { withCurrentUrns } from "./aliases.js";
import { type StateFile } from "./file.js";
import { type PendingOperation, type ResourceState } from "./resource-state.js";
import { serializeSnapshot, type Snapshot } from "./serialize.js";

/**
 * Keeps the state file true while a run changes resources. The file holds, at any time, the resources that
 * this run has reached, in the order it reached them, then those of the state before that it has not, and the
 * operations now under way. Whoever changes something waits until the file says so.
 */
export class Journal {
  readonly #fresh: ResourceState[] = [];
  readonly #done = new Set<ResourceState>();
  readonly #operations = new Set<PendingOperation>();
  #dirty = false;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(
    /** The state before the run. A refresh replaces its resources. */
    readonly base: Snapshot,
    private readonly file: StateFile | undefined,
    private readonly crypter: Crypter | undefined,
  ) {}

  /** Whether secrets can be stored; a dry run stores nothing, so it can. */
  get keepsSecrets(): boolean {
    return this.file === undefined || this.crypter !== undefined;
  }

  /** Records that an operation is about to be asked of a provider. */
  async begin(resource: ResourceState, type: PendingOperation["type"]): Promise<PendingOperation> {
    // A copy: the resource itself changes while the operation runs.
    const operation = { resource: { ...resource }, type };
    this.#operations.add(operation);
    await this.save();
    return operation;
  }

  /** Forgets an operation; it is gone from the file with the next write. */
  end(operation: PendingOperation): void {
    this.#operations.delete(operation);
  }

  /** The resource of the state before has been dealt with. */
  retire(state: ResourceState): void {
    this.#done.add(state);
    this.#dirty = true;
  }

  /** The resource belongs to the new state. */
  add(state: ResourceState): void {
    this.#fresh.push(state);
    this.#dirty = true;
  }

  /** Something inside a resource changed. */
  touch(): void {
    this.#dirty = true;
  }

  /** Every resource as it stands now. */
  snapshot(): Snapshot {
    const resources = [...this.#fresh, ...this.base.resources].filter((state) => !this.#done.has(state));
    return {
      ...this.base,
      resources: withCurrentUrns(resources),
      pendingOperations: [...this.#operations, ...this.#unresolved()],
    };
  }

  /**
   * Writes the file. Calls that come while a write is under way share the next one.
   * Rejects when the file cannot be written.
   */
  async save(): Promise<void> {
    if (!this.file) return;
    if (!this.#writing) {
      this.#writing = this.#write().finally(() => (this.#writing = undefined));
      return this.#writing;
    }
    this.#next ??= this.#writing
      .catch(() => undefined)
      .then(async () => {
        this.#next = undefined;
        return this.save();
      });
    return this.#next;
  }

  /** Writes the file if anything changed since the last write. */
  async flush(): Promise<void> {
    if (this.#dirty || this.#writing) await this.save();
  }

  async #write(): Promise<void> {
    this.#dirty = false;
    await this.file?.write(serializeSnapshot(this.snapshot(), this.crypter));
  }

  /**
   * Creations that an earlier run left unfinished stay on record: nobody knows whether the resource exists,
   * until a run creates (or finds) one under the same URN.
   */
  #unresolved(): PendingOperation[] {
    const existing = new Set(this.#fresh.map(({ urn }) => urn));
    return this.base.pendingOperations.filter(
      ({ type, resource }) => type === "creating" && !existing.has(resource.urn),
    );
  }
}
