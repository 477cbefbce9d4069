import { readFile } from "node:fs/promises";

import { parse } from "yaml";
import { type z } from "zod";

import { messageOf, ProjectError } from "../errors.js";

/**
 * Reads a YAML file through a schema.
 * @returns undefined when there is no such file
 * @throws ProjectError when it cannot be read, is not YAML or breaks the schema
 */
export async function readYaml<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ProjectError(`${path} cannot be read: ${messageOf(error)}`);
  }
  const parsed = schema.safeParse(parseYaml(text, path) ?? {});
  if (parsed.success) return parsed.data;
  throw new ProjectError(
    `${path} is invalid: ` +
      parsed.error.issues
        .map((issue) => `${issue.path.join(".") || "document"}: ${issue.message}`)
        .join("; "),
  );
}

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new ProjectError(`${path} is not YAML: ${messageOf(error)}`);
  }
}
