import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createDisplay,
  createEngine,
  type Engine,
  EngineError,
  NotDeployedError,
  type OperationResult,
  previewDocument,
} from "@o2cqrs/local-engine";
import { exitCodes, messageOf, OperatorError } from "../cli/errors.js";
import { parsePlan, type Plan } from "../plan/plan.js";
import { type Terminal } from "../cli/terminal.js";
import {
  type DeployAction,
  type Deployer,
  type DeployRequest,
  type PlanOptions,
  type StackConfigValues,
  type StackOutputs,
} from "./deployer.js";

export interface EmbeddedEngineOptions {
  readonly projectRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
}

/** Deploys with the embedded engine: the `local` and `existing` targets. */
export class EmbeddedEngine implements Deployer {
  readonly title = "embedded engine";
  readonly #options: EmbeddedEngineOptions;

  constructor(options: EmbeddedEngineOptions) {
    this.#options = options;
  }

  async run(action: DeployAction, request: DeployRequest): Promise<void> {
    const { terminal } = this.#options;
    if (request.refresh) {
      const taken = await this.#attempt(() => this.#engine({ ...request, brief: true }).refresh());
      this.#succeeded(taken, "refresh", request.stack);
    }
    const result = await this.#attempt(() => perform(action, this.#engine(request)));
    if (request.json) terminal.print(JSON.stringify(previewDocument(result), null, 2));
    else if (request.brief) terminal.print(`    ${countsOf(result)} (${result.seconds.toFixed(1)} s)`);
    this.#succeeded(result, action, request.stack);
  }

  async plan(stack: string, { refresh, signal }: PlanOptions): Promise<Plan> {
    const copy = refresh ? await mkdtemp(join(tmpdir(), "o2cqrs-plan-")) : undefined;
    try {
      // What the server has now is taken into a copy of the state.
      if (copy !== undefined && existsSync(this.#stateDir))
        await cp(this.#stateDir, copy, { recursive: true });
      const { projectRoot, env } = this.#options;
      const stateDir = copy ?? this.#stateDir;
      const engine = createEngine({ projectDir: projectRoot, stack, env, signal, stateDir });
      if (refresh) this.#succeeded(await this.#attempt(() => engine.refresh()), "refresh", stack);
      const result = await this.#attempt(() => engine.preview());
      this.#succeeded(result, "preview", stack);
      return parsePlan(JSON.stringify(previewDocument(result)));
    } finally {
      if (copy !== undefined) await rm(copy, { recursive: true, force: true });
    }
  }

  async outputs(stack: string): Promise<StackOutputs> {
    return this.#attempt(() => this.#quietEngine(stack).outputs({ showSecrets: true }));
  }

  async config(stack: string): Promise<StackConfigValues> {
    return this.#attempt(() => this.#quietEngine(stack).config());
  }

  #engine({ stack, json, brief = false, signal }: DeployRequest): Engine {
    const { projectRoot, env, terminal } = this.#options;
    if (json || brief) return createEngine({ projectDir: projectRoot, stack, env, signal });
    const stream = { write: (text: string) => terminal.write(text) };
    const display = createDisplay({ stream, colors: terminal.colours.isColorSupported });
    return createEngine({ projectDir: projectRoot, stack, env, signal, onEvent: display });
  }

  get #stateDir(): string {
    return join(this.#options.projectRoot, ".o2cqrs", "state");
  }

  #succeeded(result: OperationResult, action: DeployAction, stack: string): void {
    if (result.ok) return;
    throw new OperatorError(`${action} of stack ${stack} failed: ${reasonOf(result)}`, {
      exitCode: result.cancelled ? exitCodes.interrupted : exitCodes.failed,
      cure: "Mend the cause and run it again: it continues from what was deployed.",
    });
  }

  #quietEngine(stack: string): Engine {
    const { projectRoot, env } = this.#options;
    return createEngine({ projectDir: projectRoot, stack, env });
  }

  /** What is wrong before a run begins is the operator's to mend: no stack trace. */
  async #attempt<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new OperatorError(messageOf(error), {
        exitCode: exitCodes.usage,
        cause: error,
        ...(error instanceof NotDeployedError && {
          cure: "Deploy it: o2cqrs up --stack NAME; or name one that is, with --stack or O2CQRS_STACK.",
        }),
      });
    }
  }
}

function perform(action: DeployAction, engine: Engine): Promise<OperationResult> {
  switch (action) {
    case "preview":
      return engine.preview();
    case "up":
      return engine.up();
    case "refresh":
      return engine.refresh();
    case "destroy":
      return engine.destroy();
  }
}

function reasonOf({ cancelled, errors }: OperationResult): string {
  if (cancelled) return "it was interrupted";
  return [...new Set(errors.map(({ message }) => message))].join("\n");
}

/** `71 create`, `3 update, 68 same`. */
function countsOf({ changes }: OperationResult): string {
  const counts = Object.entries(changes).filter(([, count]) => count > 0);
  return counts.length === 0 ? "nothing to do" : counts.map(([what, count]) => `${count} ${what}`).join(", ");
}
