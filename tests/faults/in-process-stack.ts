import type { AsyncLocalStorage } from "node:async_hooks";
import { type Connection } from "@o2cqrs/providers/client";
import * as automation from "@pulumi/pulumi/automation/server";
import { RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { serveEngine } from "../../local/engine/monitor/engine-service.js";
import { serveMonitor } from "../../local/engine/monitor/resource-monitor.js";
import type { RunningServer } from "../../local/engine/monitor/server.js";
import { destroy } from "../../local/engine/operations/destroy.js";
import type { OperationContext } from "../../local/engine/operations/operation.js";
import { refresh } from "../../local/engine/operations/refresh.js";
import { Deployment } from "../../local/engine/plan/deployment.js";
import { Run } from "../../local/engine/plan/run.js";
import { type Project, readProject } from "../../local/engine/project/project.js";
import { Journal } from "../../local/engine/state/journal.js";
import { emptySnapshot, type Snapshot } from "../../local/engine/state/serialize.js";
import type { StackOutputs } from "../../stacks/outputs.js";
import { preflight } from "../../stacks/platform/preflight.js";
import { InProcessProviders } from "./in-process-providers.js";
import { RecordedProgram } from "./recorded-program.js";

/** Boundary: what runs a program within a process of one's own is left out of Pulumi's declarations. */
const { LanguageServer } = automation as unknown as {
  LanguageServer: new (program: () => Promise<StackOutputs>) => {
    run(call: { request: RunRequest }, ended: (error: Error | undefined) => void): unknown;
  };
};

/** The providers of these runs are given their connection directly. */
const noConfig = { values: {}, secretKeys: [] };

/** How a run ended. */
export interface Outcome {
  /** What failed, a line each; empty when all went well. */
  readonly errors: readonly string[];
  /** How many resources each operation was done to. */
  readonly changes: Readonly<Record<string, number>>;
}

export interface RunOptions {
  /** Clients give up soon when no answer comes. Default false. */
  readonly impatient?: boolean;
  /** URNs to restrict a refresh to. Default all. */
  readonly targets?: readonly string[];
}

export interface InProcessStackOptions {
  readonly projectDir: string;
  readonly stack: string;
  readonly connection: Connection;
}

/**
 * One stack, deployed by the embedded engine with the providers in this process instead of one of their own and
 * the program run once, then repeated from what it asked for, which makes a run take a hundredth of the time. The
 * planning, the executing and the providers are as they are for users. The state is kept in memory.
 */
export class InProcessStack {
  snapshot: Snapshot = emptySnapshot();

  private constructor(
    private readonly options: InProcessStackOptions,
    private readonly project: Project,
  ) {}

  static async open(options: InProcessStackOptions): Promise<InProcessStack> {
    return new InProcessStack(options, await readProject(options.projectDir));
  }

  /**
   * Runs a program for the first time.
   * @returns what it asked for, for {@link up}
   * @throws Error when the deployment fails
   */
  async record(program: () => Promise<StackOutputs>): Promise<RecordedProgram> {
    const recorded = new RecordedProgram();
    const { errors } = await this.#operate({}, async ({ run, engineServer }) => {
      const deployment = new Deployment(run, noConfig);
      recorded.recordFrom(deployment);
      const monitor = await serveMonitor({
        run,
        deployment,
        paths: this.project,
        onRegistered: () => deployment.finish(),
      });
      const error = await this.#runProgram(program, monitor, engineServer);
      if (error !== undefined) run.fail("", error.message);
      await deployment.settle();
      monitor.close();
    });
    if (errors.length > 0) throw new Error(errors.join("\n"));
    return recorded;
  }

  /** Brings the stack to what a program asked for, after a question to the server as the program begins with. */
  async up(program: RecordedProgram, options?: RunOptions): Promise<Outcome> {
    return this.#operate(options, async ({ run }) => {
      try {
        await preflight(this.options.connection);
      } catch (error) {
        run.fail("", (error as Error).message);
        return;
      }
      const deployment = new Deployment(run, noConfig);
      await program.replay(deployment);
      await deployment.finish();
      await deployment.settle();
    });
  }

  async destroy(options?: RunOptions): Promise<Outcome> {
    return this.#operate(options, destroy);
  }

  async refresh(options?: RunOptions): Promise<Outcome> {
    return this.#operate(options, (context) => refresh(context, {}));
  }

  async #operate(
    { impatient = false, targets = [] }: RunOptions = {},
    work: (context: OperationContext) => Promise<unknown>,
  ): Promise<Outcome> {
    const errors: string[] = [];
    const providers = new InProcessProviders(this.options.connection, { impatient });
    const journal = new Journal(this.snapshot, undefined, undefined);
    const run = new Run(
      {
        project: this.project.name,
        stack: this.options.stack,
        dryRun: false,
        parallel: 16,
        targets,
        targetDependents: false,
        replace: [],
      },
      journal,
      providers.registry,
      (event) => {
        if (event.kind === "diagnostic" && event.severity === "error") errors.push(event.message);
      },
    );
    const engineServer = await serveEngine(run);
    try {
      // Boundary: of a session, refresh reads the snapshot, and destroy nothing.
      const session = { snapshot: this.snapshot } as OperationContext["session"];
      await work({ session, run, engineServer });
    } finally {
      this.snapshot = journal.snapshot();
      engineServer.close();
      await providers.close();
    }
    return { errors, changes: run.changes };
  }

  /** @returns what the program threw, if it did */
  async #runProgram(
    program: () => Promise<StackOutputs>,
    monitor: RunningServer,
    engine: RunningServer,
  ): Promise<Error | undefined> {
    const request = new RunRequest();
    request.setProject(this.project.name);
    request.setStack(this.options.stack);
    request.setOrganization("organization");
    request.setParallel(16);
    request.setMonitorAddress(monitor.address);
    request.setArgsList([engine.address]);
    const error = await new Promise<Error | undefined>((resolve) => {
      void new LanguageServer(program).run({ request }, resolve);
    });
    // Once used, it slows down every promise of the process.
    (globalThis as unknown as { asyncLocalStorage: AsyncLocalStorage<unknown> }).asyncLocalStorage.disable();
    return error;
  }
}
