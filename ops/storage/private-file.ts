import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes a file that only its owner can read (mode 0600), whole or not at all. A file that was there with
 * other rights is replaced, not written into.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const partial = join(dirname(path), `.${randomUUID()}.partial`);
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(partial, text, { mode: 0o600, flag: "wx" });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
