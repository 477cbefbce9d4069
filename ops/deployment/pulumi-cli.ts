import { execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { messageOf, OperatorError } from "../cli/errors.js";
import { parsePlan, type Plan } from "../plan/plan.js";
import {
  type DeployAction,
  type Deployer,
  type DeployRequest,
  type PlanOptions,
  type StackConfigValues,
  type StackOutputs,
} from "./deployer.js";

type Env = Readonly<Record<string, string | undefined>>;

const executableNames = process.platform === "win32" ? ["pulumi.exe", "pulumi.cmd"] : ["pulumi"];

/** The `pulumi` on the PATH, if there is one. */
export function findPulumi(env: Env): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders
    .flatMap((folder) => executableNames.map((name) => join(folder, name)))
    .find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const flags: Readonly<Record<DeployAction, readonly string[]>> = {
  preview: [],
  up: ["--yes", "--skip-preview"],
  refresh: ["--yes", "--skip-preview"],
  destroy: ["--yes", "--skip-preview"],
};

const configSchema = z
  .record(z.string(), z.object({ value: z.string().default("") }))
  .transform((entries) =>
    Object.fromEntries(Object.entries(entries).map(([key, { value }]) => [key, value])),
  );

/** Deploys with the real Pulumi CLI, which shows its own display. */
export class PulumiCli implements Deployer {
  readonly title: string;
  readonly #path: string;
  readonly #projectRoot: string;
  readonly #env: Env;
  readonly #configFile: readonly string[];

  private constructor(path: string, version: string, projectRoot: string, env: Env, configFile?: string) {
    this.title = `Pulumi CLI ${version}`;
    this.#path = path;
    this.#projectRoot = projectRoot;
    this.#env = env;
    this.#configFile = configFile === undefined ? [] : ["--config-file", configFile];
  }

  /** @param configFile the stack's config, which the CLI may write to; default Pulumi.<stack>.yaml of the project */
  static async open(path: string, projectRoot: string, env: Env, configFile?: string): Promise<PulumiCli> {
    const { stdout } = await promisify(execFile)(path, ["version"], { env: { ...env } });
    return new PulumiCli(path, stdout.trim(), projectRoot, env, configFile);
  }

  async run(action: DeployAction, { stack, json, refresh = false, signal }: DeployRequest): Promise<void> {
    const args = [
      action,
      "--stack",
      stack,
      "--non-interactive",
      ...flags[action],
      ...this.#configFile,
      ...(refresh ? ["--refresh"] : []),
      ...(json ? ["--json"] : []),
    ];
    const code = await this.#spawn(args, signal);
    if (code !== 0) {
      throw new OperatorError(`pulumi ${action} of stack ${stack} failed (exit code ${code})`, {
        cure: "The reason stands above. The next run continues from what was deployed.",
      });
    }
  }

  async plan(stack: string, { refresh, signal }: PlanOptions): Promise<Plan> {
    const args = [
      "preview",
      "--json",
      "--stack",
      stack,
      "--non-interactive",
      ...this.#configFile,
      ...(refresh ? ["--refresh"] : []),
    ];
    try {
      const { stdout } = await promisify(execFile)(this.#path, args, {
        cwd: this.#projectRoot,
        env: { ...this.#env },
        signal,
        maxBuffer: 256 * 1024 * 1024,
      });
      return parsePlan(stdout);
    } catch (error) {
      if (error instanceof OperatorError) throw error;
      throw new OperatorError(`pulumi preview of stack ${stack} failed: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async outputs(stack: string): Promise<StackOutputs> {
    const args = ["stack", "output", "--json", "--show-secrets", "--stack", stack];
    try {
      const { stdout } = await promisify(execFile)(this.#path, args, {
        cwd: this.#projectRoot,
        env: { ...this.#env },
        maxBuffer: 64 * 1024 * 1024,
      });
      return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout));
    } catch (error) {
      throw new OperatorError(`The outputs of stack ${stack} cannot be read: ${messageOf(error)}`, {
        cure: `Deploy it first: o2cqrs up --stack ${stack}.`,
        cause: error,
      });
    }
  }

  async config(stack: string): Promise<StackConfigValues> {
    const args = ["config", "--json", "--show-secrets", "--stack", stack, ...this.#configFile];
    try {
      const { stdout } = await promisify(execFile)(this.#path, args, {
        cwd: this.#projectRoot,
        env: { ...this.#env },
      });
      return configSchema.parse(JSON.parse(stdout));
    } catch (error) {
      throw new OperatorError(`The config of stack ${stack} cannot be read: ${messageOf(error)}`, {
        cure: "See that the stack's backend answers, and that its passphrase or key is given.",
        cause: error,
      });
    }
  }

  /**
   * Creates the stack where it does not exist yet.
   * @param folder a project of the same name, in which the CLI may leave the new stack's settings
   */
  async ensureStack(stack: string, folder: string): Promise<void> {
    await promisify(execFile)(this.#path, ["stack", "select", "--create", "--stack", stack], {
      cwd: folder,
      env: { ...this.#env },
    });
  }

  async #spawn(args: readonly string[], signal: AbortSignal): Promise<number> {
    // Its own process group: Ctrl-C reaches it through us, once.
    const child = spawn(this.#path, args, {
      cwd: this.#projectRoot,
      env: { ...this.#env },
      stdio: ["ignore", "inherit", "inherit"],
      detached: process.platform !== "win32",
    });
    const cancel = () => child.kill("SIGINT");
    signal.addEventListener("abort", cancel);
    try {
      return await new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code) => {
          resolve(code ?? 1);
        });
      });
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }
}
