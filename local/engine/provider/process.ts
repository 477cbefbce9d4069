import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { EngineError } from "../errors.js";
import { endsWithEngine } from "../program/preload.js";

export interface ProviderProcess {
  /** Where the provider listens, `127.0.0.1:<port>`. */
  readonly address: string;
  /** Resolves when the process has ended. */
  readonly exited: Promise<void>;
  stop(): void;
}

export interface ProviderProcessOptions {
  /** The file of `@pulumi/pulumi` to run, `cmd/dynamic-provider/index.js`. */
  readonly script: string;
  readonly cwd: string;
  readonly engineAddress: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called for every line the provider prints. */
  readonly onOutput: (line: string) => void;
}

/**
 * Starts the process that runs dynamic providers and waits until it says, as its first line, where it listens.
 * @throws EngineError when it ends before that
 */
export async function startProvider(options: ProviderProcessOptions): Promise<ProviderProcess> {
  const child = spawn(process.execPath, [endsWithEngine, options.script, options.engineAddress], {
    cwd: options.cwd,
    env: options.env,
    stdio: ["pipe", "pipe", "pipe"],
    // A terminal sends Ctrl-C to the whole group: the provider must outlive it until its calls have ended.
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  createInterface({ input: child.stderr }).on("line", options.onOutput);
  const port = await firstLine(child, options.onOutput);
  return { address: `127.0.0.1:${port}`, exited, stop: () => void child.kill("SIGTERM") };
}

async function firstLine(child: ChildProcess, onOutput: (line: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    let port: number | undefined;
    if (!child.stdout) throw new EngineError("the dynamic provider has no output");
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (port !== undefined) {
        onOutput(line);
        return;
      }
      port = Number(line);
      if (Number.isInteger(port)) resolve(port);
      else reject(new EngineError(`the dynamic provider did not say its port but: ${line}`));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(
        new EngineError(`the dynamic provider ended before it listened (${signal ?? `exit code ${code}`})`),
      ),
    );
  });
}
