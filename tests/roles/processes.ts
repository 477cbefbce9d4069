import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A program that runs beside the test with the processes that it starts, its output in a file. */
export class Program {
  #child: ChildProcess | undefined;

  constructor(
    readonly name: string,
    private readonly options: {
      readonly command: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
      readonly folder: string;
      readonly user?: number;
    },
  ) {}

  get log(): string {
    return join(this.options.folder, `${this.name}.log`);
  }

  start(): void {
    const { command, env = {}, folder, user } = this.options;
    const [file, ...args] = command;
    // A file, as nginx opens /dev/stdout by its name, which a socket would refuse.
    const log = openSync(this.log, "a");
    this.#child = spawn(file!, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", log, log],
      // A group of its own, so that a kill ends its children too, as in a container.
      detached: true,
      ...(user !== undefined && { uid: user, gid: user }),
    });
    closeSync(log);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    process.kill(signal === "SIGKILL" ? -child.pid! : child.pid!, signal);
    await ended;
  }
}

/** Waits for something that happens elsewhere. */
export async function eventually<Result>(
  what: string,
  attempt: () => Promise<Result> | Result,
  seconds = 120,
): Promise<Result> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw new Error(`${what}: ${String(error)}`, { cause: error });
      await sleep(500);
    }
  }
}
