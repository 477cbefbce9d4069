import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { messageOf, usageError } from "../cli/errors.js";

/**
 * Writes a folder of files, whole or not at all.
 * @throws OperatorError when the folder is there already and holds something
 */
export async function writeFolder(path: string, files: ReadonlyMap<string, string>): Promise<void> {
  await refuseUnlessEmpty(path);
  const folder = resolve(path);
  const partial = join(dirname(folder), `.${basename(folder)}-${randomUUID()}.partial`);
  try {
    for (const [name, text] of files) {
      const file = join(partial, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { flag: "wx" });
    }
    // An empty folder gives way to the new one.
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** @throws OperatorError when there is something that would be lost */
export async function refuseUnlessEmpty(path: string): Promise<void> {
  const present = await readdir(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw usageError(`${path} cannot be written: ${messageOf(error)}`);
  });
  if (present.length > 0)
    throw usageError(`${path} is not empty`, "Name another folder with --output, or empty this one.");
}
