import { join } from "node:path";

import { z } from "zod";

import { ProjectError, UnsupportedError } from "../errors.js";
import { type Crypter } from "../secrets/passphrase.js";
import { missingPassphrase } from "../secrets/source.js";
import { type ConfigDeclaration, fullKey, type Project } from "./project.js";
import { readYaml } from "./yaml.js";

const stackFileSchema = z.looseObject({
  config: z.record(z.string(), z.unknown()).nullish(),
  encryptionsalt: z.string().optional(),
  secretsprovider: z.string().optional(),
  environment: z.unknown().optional(),
});

/** What Pulumi.<stack>.yaml says, still encrypted. */
export interface StackFile {
  readonly path: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly encryptionSalt: string | undefined;
}

/** A configuration value given by the caller, over what the files say. */
export type ConfigOverride = string | { readonly value: string; readonly secret: boolean };

/** The configuration of a run: every value as a string (objects as JSON), and which of them are secret. */
export interface StackConfig {
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/**
 * Reads Pulumi.<stack>.yaml; a missing file is an empty configuration.
 * @throws ProjectError when it is invalid; UnsupportedError for secrets providers and environments
 * that only the Pulumi CLI can open
 */
export async function readStackFile(project: Project, stack: string): Promise<StackFile> {
  const path = join(project.stackConfigDirectory, `Pulumi.${stack}.yaml`);
  const file = await readYaml(path, stackFileSchema);
  if (file?.secretsprovider && file.secretsprovider !== "passphrase")
    throw new UnsupportedError(
      `${path}: the embedded engine opens passphrase secrets only, not ${file.secretsprovider}; use the Pulumi CLI`,
    );
  if (file?.environment !== undefined)
    throw new UnsupportedError(`${path}: environments need Pulumi Cloud; use the Pulumi CLI`);
  return { path, config: file?.config ?? {}, encryptionSalt: file?.encryptionsalt };
}

/** Whether opening the configuration takes a passphrase. */
export function hasSecureValues(file: StackFile): boolean {
  return Object.values(file.config).some(holdsSecure);
}

/**
 * Merges, from the weakest: defaults of Pulumi.yaml, the stack file, the caller's overrides.
 * @throws ProjectError for a missing required key or a value of the wrong type
 * @throws PassphraseError when there is a secure value and no crypter
 */
export function resolveConfig(
  project: Project,
  stack: string,
  file: StackFile,
  crypter: Crypter | undefined,
  overrides: Readonly<Record<string, ConfigOverride>> = {},
): StackConfig {
  const values = new Map<string, { readonly value: string; readonly secret: boolean }>();
  for (const [key, declared] of project.config) {
    const value = declared.value ?? declared.default;
    if (value !== undefined && value !== null)
      values.set(key, { value: asText(value), secret: declared.secret ?? false });
  }
  for (const [key, value] of Object.entries(file.config)) {
    const full = fullKey(key, project.name);
    values.set(full, {
      value: asText(opened(value, file.path, crypter)),
      secret: holdsSecure(value) || (project.config.get(full)?.secret ?? false),
    });
  }
  for (const [key, override] of Object.entries(overrides))
    values.set(
      fullKey(key, project.name),
      typeof override === "string" ? { value: override, secret: false } : override,
    );
  for (const [key, declared] of project.config) checkDeclared(stack, key, declared, values.get(key)?.value);
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    values: Object.fromEntries(sorted.map(([key, { value }]) => [key, value])),
    secretKeys: sorted.filter(([, { secret }]) => secret).map(([key]) => key),
  };
}

function isSecure(value: unknown): value is { secure: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.keys(value).length === 1 &&
    typeof (value as { secure?: unknown }).secure === "string"
  );
}

function holdsSecure(value: unknown): boolean {
  if (isSecure(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecure);
}

/** The value with every `secure:` decrypted. */
function opened(value: unknown, path: string, crypter: Crypter | undefined): unknown {
  if (isSecure(value)) {
    if (!crypter) throw missingPassphrase(`${path} holds secure values`);
    return crypter.decrypt(value.secure);
  }
  if (Array.isArray(value)) return value.map((item) => opened(item, path, crypter));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, opened(item, path, crypter)]));
  return value;
}

/** Configuration travels as strings; structured values as JSON. */
function asText(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function checkDeclared(
  stack: string,
  key: string,
  declared: ConfigDeclaration,
  value: string | undefined,
): void {
  // Declarations of other namespaces carry values for other packages, never requirements.
  if (value === undefined) {
    if (declared.type === undefined) return;
    throw new ProjectError(
      `stack '${stack}' is missing configuration value '${key}': set it with ` +
        `pulumi config set ${declared.secret ? "--secret " : ""}${key} <value>`,
    );
  }
  if (declared.type !== undefined && !fits[declared.type](value))
    throw new ProjectError(
      `stack '${stack}': configuration value '${key}' must be of type '${declared.type}'` +
        (declared.secret ? "" : `, not ${JSON.stringify(value)}`),
    );
}

const fits: Record<NonNullable<ConfigDeclaration["type"]>, (value: string) => boolean> = {
  string: () => true,
  integer: (value) => /^-?\d+$/.test(value),
  number: (value) => value.trim() !== "" && Number.isFinite(Number(value)),
  boolean: (value) => value === "true" || value === "false",
  array: (value) => Array.isArray(parsed(value)),
  object: (value) => {
    const json = parsed(value);
    return typeof json === "object" && json !== null && !Array.isArray(json);
  },
};

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
