import { type ChangeSummary, type EngineEvent, type Operation, type Severity } from "../events.js";
import { type ProviderRegistry } from "../provider/registry.js";
import { type Journal } from "../state/journal.js";
import { type ResourceState } from "../state/resource-state.js";
import { type Urn } from "../urn.js";
import { ResourceGraph } from "./graph.js";
import { Semaphore } from "./semaphore.js";

export interface RunOptions {
  readonly project: string;
  readonly stack: string;
  readonly dryRun: boolean;
  /** How many resources are worked on at a time. */
  readonly parallel: number;
  /** URNs to restrict the run to; `*` and `**` stand for parts. Empty: everything. */
  readonly targets: readonly string[];
  /** Also what depends on the targets. */
  readonly targetDependents: boolean;
  /** URNs to replace though nothing changed. */
  readonly replace: readonly string[];
}

/** What everything that works on one run shares: the old state, what happened so far, and whether to go on. */
export class Run {
  /** The living resources of the state before the run, by URN. */
  olds = new Map<Urn, ResourceState>();
  graph: ResourceGraph;
  readonly slots: Semaphore;
  readonly changes: ChangeSummary = {};
  readonly failed = new Set<Urn>();
  #stopped = false;
  #cancelled = false;
  #onStop: (() => void) | undefined;
  /** Resolves when no new work may start. */
  readonly stopped: Promise<void>;

  constructor(
    readonly options: RunOptions,
    readonly journal: Journal,
    readonly providers: ProviderRegistry,
    readonly emit: (event: EngineEvent) => void,
  ) {
    this.slots = new Semaphore(options.parallel);
    this.graph = new ResourceGraph([]);
    this.stopped = new Promise((resolve) => (this.#onStop = resolve));
    this.rebase();
  }

  /** Takes the state before the run from the journal, anew after a refresh changed it. */
  rebase(): void {
    const { resources } = this.journal.base;
    this.olds = new Map(resources.filter((state) => !state.delete).map((state) => [state.urn, state]));
    this.graph = new ResourceGraph(resources);
  }

  /** No new work may start: something failed, or the caller wants to stop. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  get isCancelled(): boolean {
    return this.#cancelled;
  }

  /** Tells a failure that does not end the run, so that a preview shows all of them. */
  blame(urn: Urn, message: string): void {
    this.failed.add(urn);
    this.diagnose("error", message, urn);
  }

  /**
   * Ends the run after a failure: what runs is finished, nothing new is started.
   * @param message none when the failure has been told already
   */
  fail(urn: Urn, message?: string): void {
    if (message === undefined) this.failed.add(urn);
    else this.blame(urn, message);
    this.#stop();
  }

  /** Ends the run because the caller asks for it. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#stop();
  }

  diagnose(
    severity: Severity,
    message: string,
    urn: Urn = "",
    extra: { output?: boolean; ephemeral?: boolean } = {},
  ): void {
    this.emit({ kind: "diagnostic", severity, message, urn, output: false, ephemeral: false, ...extra });
  }

  count(operation: Operation): void {
    this.changes[operation] = (this.changes[operation] ?? 0) + 1;
  }

  #stop(): void {
    this.#stopped = true;
    this.#onStop?.();
  }
}
