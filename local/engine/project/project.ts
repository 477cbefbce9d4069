import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { z } from "zod";

import { ProjectError, UnsupportedError } from "../errors.js";
import { readYaml } from "./yaml.js";

const configTypes = ["string", "integer", "number", "boolean", "array", "object"] as const;

const configEntrySchema = z.looseObject({
  type: z.enum(configTypes).optional(),
  description: z.string().optional(),
  secret: z.boolean().optional(),
  default: z.unknown().optional(),
  value: z.unknown().optional(),
  items: z.unknown().optional(),
});

/** One key of the `config` section of Pulumi.yaml. */
export type ConfigDeclaration = z.infer<typeof configEntrySchema>;

const runtimeOptionsSchema = z.looseObject({
  typescript: z.boolean().default(true),
  tsconfig: z.string().optional(),
  nodeargs: z.string().optional(),
});

const projectSchema = z.looseObject({
  name: z.string().min(1),
  runtime: z.union([
    z.string().transform((name) => ({ name, options: runtimeOptionsSchema.parse({}) })),
    z.looseObject({ name: z.string(), options: runtimeOptionsSchema.default({ typescript: true }) }),
  ]),
  main: z.string().optional(),
  stackConfigDir: z.string().optional(),
  config: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
});

/** What Pulumi.yaml says, resolved against the folder it lies in. */
export interface Project {
  readonly name: string;
  readonly rootDirectory: string;
  /** The folder the program runs in. */
  readonly programDirectory: string;
  /** The program, relative to its folder; `.` when package.json decides. */
  readonly entryPoint: string;
  /** The folder of the stack configuration files. */
  readonly stackConfigDirectory: string;
  readonly runtime: z.infer<typeof runtimeOptionsSchema>;
  /** Declared configuration by full key (`<namespace>:<name>`). */
  readonly config: ReadonlyMap<string, ConfigDeclaration>;
}

/**
 * Reads Pulumi.yaml.
 * @throws ProjectError when it is missing or invalid; UnsupportedError for a runtime other than nodejs
 */
export async function readProject(projectDir: string): Promise<Project> {
  const rootDirectory = resolve(projectDir);
  const path = join(rootDirectory, "Pulumi.yaml");
  const file = await readYaml(path, projectSchema);
  if (!file) throw new ProjectError(`there is no Pulumi.yaml in ${rootDirectory}`);
  if (file.runtime.name !== "nodejs")
    throw new UnsupportedError(
      `${path}: the embedded engine runs the nodejs runtime only, not ${file.runtime.name}; use the Pulumi CLI`,
    );
  if (typeof file.config === "string")
    return {
      ...(await located(rootDirectory, file)),
      stackConfigDirectory: join(rootDirectory, file.config),
      config: new Map(),
    };
  return {
    ...(await located(rootDirectory, file)),
    stackConfigDirectory: join(rootDirectory, file.stackConfigDir ?? "."),
    config: new Map(
      Object.entries(file.config ?? {}).map(([key, entry]) => [
        fullKey(key, file.name),
        declaration(path, key, entry),
      ]),
    ),
  };
}

type ProjectFile = z.infer<typeof projectSchema>;

async function located(rootDirectory: string, { name, main = ".", runtime }: ProjectFile) {
  const target = resolve(rootDirectory, main);
  const isFolder = await stat(target).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  return {
    name,
    rootDirectory,
    programDirectory: isFolder ? target : dirname(target),
    entryPoint: isFolder ? "." : basename(target),
    runtime: runtime.options,
  };
}

/** The long form is an object with known fields; anything else is the value itself. */
function declaration(path: string, key: string, entry: unknown): ConfigDeclaration {
  const isLong =
    typeof entry === "object" &&
    entry !== null &&
    ["type", "default", "value", "description", "secret"].some((field) => field in entry);
  if (!isLong) return { value: entry };
  const parsed = configEntrySchema.safeParse(entry);
  if (parsed.success) return parsed.data;
  throw new ProjectError(
    `${path} is invalid: ` +
      parsed.error.issues
        .map((issue) => `config.${key}.${issue.path.join(".")}: ${issue.message}`)
        .join("; "),
  );
}

/** A key without a namespace belongs to the project. */
export function fullKey(key: string, project: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}
