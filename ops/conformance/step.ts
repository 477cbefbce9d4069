/** One thing that a server was put through. */
export interface Step {
  /** Kind of resource, or `CQRS configuration`. */
  readonly kind: string;
  readonly step: string;
  readonly seconds: number;
  /** Why it failed; absent when it passed. */
  readonly failure?: string;
}

/** The steps of one life, in which each stands on those before it: the first that fails ends it. */
export class Steps {
  readonly done: Step[] = [];
  readonly #kind: string;

  constructor(kind: string) {
    this.#kind = kind;
  }

  /** @throws StepFailed, the failure being in the report */
  async take(step: string, run: () => Promise<unknown>): Promise<void> {
    const start = performance.now();
    const report = (failure?: string) => {
      const seconds = Number(((performance.now() - start) / 1_000).toFixed(3));
      this.done.push({ kind: this.#kind, step, seconds, ...(failure !== undefined && { failure }) });
    };
    try {
      await run();
    } catch (error) {
      report(error instanceof Error ? error.message : String(error));
      throw new StepFailed();
    }
    report();
  }

  /** Runs a life to its end or its first failure, and cleans up in any case. */
  async run(life: () => Promise<void>, cleanUp: () => Promise<void>): Promise<readonly Step[]> {
    await life().catch(unlessFailedStep);
    await this.take("clean up", cleanUp).catch(unlessFailedStep);
    return this.done;
  }
}

class StepFailed extends Error {}

function unlessFailedStep(error: unknown): void {
  if (!(error instanceof StepFailed)) throw error;
}
