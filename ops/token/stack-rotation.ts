import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { messageOf, OperatorError, usageError } from "../cli/errors.js";
import { replaceFile } from "../storage/replace-file.js";

/**
 * Notes a rotation in the stack's own config, where `o2cqrs up` and a colleague's `pulumi up` read it alike.
 * Comments and order of the file stay.
 */
export async function setTokenRotation(projectRoot: string, stack: string, rotation: string): Promise<void> {
  const path = join(projectRoot, `Pulumi.${stack}.yaml`);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "config: {}\n";
    throw usageError(`${path} cannot be read: ${messageOf(error)}`);
  });
  const document = parseDocument(text);
  if (document.errors.length > 0) throw new OperatorError(`${path} is no YAML`);
  document.setIn(["config", "o2cqrs:tokenRotation"], rotation);
  await replaceFile(path, document.toString({ lineWidth: 0 }), 0o666);
}
