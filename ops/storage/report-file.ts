import { constants } from "node:fs";
import { access, lstat, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { usageError } from "../cli/errors.js";
import { replaceFile } from "./replace-file.js";

/**
 * Sees that a report can be written to a path.
 * @throws OperatorError when its folder is not there or not writable, or the path is a folder's
 */
export async function requireWritable(path: string): Promise<void> {
  const folder = dirname(path);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true)
    throw usageError(
      `${path} is a folder: a report is a file`,
      `Write for instance ${join(path, "report")}.`,
    );
  try {
    await access(folder, constants.W_OK);
  } catch {
    throw usageError(
      `The report ${path} cannot be written: folder ${folder} is not there, or not writable`,
      "Make the folder, or name another file.",
    );
  }
}

/**
 * Writes a report whole or not at all: who reads it meanwhile sees the one before. What is no file, such as
 * `/dev/stdout`, is written to and not replaced.
 */
export async function writeReport(path: string, text: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() === false) await writeFile(path, text);
  else await replaceFile(path, text, 0o666);
}
