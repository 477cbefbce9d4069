import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { replaceFile } from "./replace-file.js";

/** Writes a file that only its owner can read (mode 0600), whole or not at all, and its folder where there is none. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, text, 0o600);
}
