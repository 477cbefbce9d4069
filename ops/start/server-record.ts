import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writePrivateFile } from "../storage/private-file.js";

/** Folder of everything that the embedded server of a project keeps. */
export const localFolder = (projectRoot: string) => join(projectRoot, ".o2cqrs", "local");

const recordPath = (projectRoot: string) => join(localFolder(projectRoot), "server.json");

const schema = z.object({
  url: z.url({ protocol: /^http$/ }),
  user: z.string().min(1),
  /** Random, made once and kept from run to run. */
  password: z.string().min(12),
  /** Process of the server. */
  pid: z.int().positive(),
  /** Process that started it and will stop it; absent when it was left up on purpose. */
  starter: z.int().positive().optional(),
});

/** What `.o2cqrs/local/server.json` says: where the embedded server is, and how to enter it. */
export type ServerRecord = z.output<typeof schema>;

/** The record, or nothing where there is none that can be used. */
export async function readServerRecord(projectRoot: string): Promise<ServerRecord | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(recordPath(projectRoot), "utf8")));
  } catch {
    // Missing, cut short or of another form: a new one is written.
    return undefined;
  }
}

export async function writeServerRecord(projectRoot: string, record: ServerRecord): Promise<void> {
  await writePrivateFile(recordPath(projectRoot), `${JSON.stringify(record, null, 2)}\n`);
}

/** Whether a process with that id runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
