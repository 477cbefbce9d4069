import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { messageOf, StateError } from "../errors.js";
import { type DeploymentJson, formatVersion, stateFileSchema } from "./format.js";
import { stateBytes } from "./text.js";

/** The state file of one stack. */
export class StateFile {
  readonly path: string;

  constructor(stateDir: string, project: string, stack: string) {
    this.path = join(stateDir, project, `${stack}.json`);
  }

  /**
   * Reads the file.
   * @returns undefined when the stack has no state yet
   * @throws StateError when the file is not a state of this format
   */
  async read(): Promise<DeploymentJson | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new StateError(`the state ${this.path} cannot be read: ${messageOf(error)}`);
    }
    const parsed = stateFileSchema.safeParse(parseJson(text, this.path));
    if (!parsed.success)
      throw new StateError(
        `the state ${this.path} is not a Pulumi deployment of version ${formatVersion}: ` +
          parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
      );
    return "deployment" in parsed.data ? parsed.data.deployment : parsed.data.checkpoint.latest;
  }

  /**
   * Replaces the file so that a reader, and a crash at any point, sees the old state or the new one:
   * write beside it, flush to the disk, rename over it, flush the folder.
   */
  async write(deployment: DeploymentJson): Promise<void> {
    const folder = dirname(this.path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const partial = `${this.path}.${process.pid}.partial`;
    try {
      const file = await open(partial, "w", 0o600);
      try {
        await file.writeFile(stateBytes(deployment));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, this.path);
    } catch (error) {
      await rm(partial, { force: true });
      throw new StateError(`the state ${this.path} cannot be written: ${messageOf(error)}`);
    }
    await flushFolder(folder);
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StateError(`the state ${path} is not JSON: ${messageOf(error)}`);
  }
}

/** Without it the rename itself may be lost in a power failure. Not every file system can; that is no error. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
