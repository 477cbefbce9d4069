import { access, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { type z } from "zod";
import { exitCodes, messageOf, OperatorError, usageError } from "../cli/errors.js";
import { writePrivateFile } from "../storage/private-file.js";
import { releaseFolder } from "../verify/checks/release.js";

/** Milliseconds without a sign of life after which the owner of a lock counts as dead. */
const staleMs = 5000;

/** The files of a stack's releases: what is under way, and the reports of what ended. */
export class ReleaseStore {
  readonly folder: string;

  constructor(projectRoot: string, stack: string) {
    this.folder = releaseFolder(projectRoot, stack);
  }

  /**
   * What is under way, or undefined.
   * @throws OperatorError when the file is damaged
   */
  async read<Schema extends z.ZodType>(name: string, schema: Schema): Promise<z.output<Schema> | undefined> {
    const path = join(this.folder, name);
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw usageError(
        `${path} is not a record of this version: ${messageOf(error)}`,
        "See in the traffic driver what share the canary has, then remove the file.",
      );
    }
  }

  /** Writes a file whole or not at all; after it returns, a crash loses nothing of it. */
  async write(name: string, text: string): Promise<string> {
    const path = join(this.folder, name);
    await writePrivateFile(path, text);
    return path;
  }

  async has(name: string): Promise<boolean> {
    return access(join(this.folder, name)).then(
      () => true,
      () => false,
    );
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { force: true });
  }

  /**
   * Holds the stack's releases alone: while it runs, no other gate or rollback can. A lock whose owner died is
   * taken over after five seconds, for which this waits.
   * @param work is given a signal that is aborted when another one took over while this process was suspended
   * @throws OperatorError when another one holds it
   */
  async alone<Result>(title: string, work: (lost: AbortSignal) => Promise<Result>): Promise<Result> {
    await mkdir(this.folder, { recursive: true });
    const lost = new AbortController();
    const release = await lock(this.folder, {
      lockfilePath: join(this.folder, `${title}.lock`),
      // Without it the loss would be thrown out of a timer, and end the process in the middle of a sentence.
      onCompromised: (cause) => {
        lost.abort(
          new OperatorError(
            `This ${title} no longer holds its lock: it was suspended, and another took over`,
            {
              cure: "See what the other one did before you run this one again.",
              exitCode: exitCodes.busy,
              cause,
            },
          ),
        );
      },
      stale: staleMs,
      update: staleMs / 5,
      retries: { retries: 7, factor: 1, minTimeout: 1000, maxTimeout: 1000 },
    }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "ELOCKED") throw error;
      throw new OperatorError(`Another ${title} of this stack is under way`, {
        cure: "Wait for it, or stop it.",
        exitCode: exitCodes.busy,
        cause: error,
      });
    });
    try {
      return await work(lost.signal);
    } finally {
      await release().catch(() => undefined);
    }
  }
}
