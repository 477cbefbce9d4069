import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes a file whole or not at all: who reads it meanwhile, or after a loss of power, finds what it held before or
 * what it holds now. A file that was there with other rights is replaced, not written into.
 *
 * @param mode rights of the file, less what the process's umask takes
 */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const partial = join(dirname(path), `.${randomUUID()}.partial`);
  try {
    const file = await open(partial, "wx", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
