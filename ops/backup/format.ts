import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, usageError } from "../cli/errors.js";
import { writePrivateFile } from "../storage/private-file.js";

/** What is kept of an organisation, in the order in which it is made again. */
export const backupKinds = [
  "stream",
  "enrichmentTable",
  "function",
  "folder",
  "template",
  "destination",
  "pipelineDestination",
  "pipeline",
  "alert",
  "dashboard",
  "savedView",
  "serviceAccount",
  "user",
] as const;

export type BackupKind = (typeof backupKinds)[number];

const formatName = "o2cqrs-backup";

/** Raised when a file of an earlier release could no longer be read. */
const formatVersion = 1;

const objectSchema = z.strictObject({
  kind: z.enum(backupKinds),
  /** Tells it from others of its kind: names, with the folder's where it has one. */
  key: z.string().min(1),
  /** As the server has it, without ids, times and whatever else is the server's own. */
  body: z.record(z.string(), z.unknown()),
});

const backupSchema = z.strictObject({
  format: z.literal(formatName),
  version: z.literal(formatVersion),
  /** ISO 8601, UTC. */
  createdAt: z.iso.datetime(),
  organization: z.string(),
  /** Version of the server that it was read from. */
  serverVersion: z.string(),
  /** Whether credentials stand in it, or places that name them. */
  secrets: z.enum(["leftOut", "included"]),
  objects: z.array(objectSchema),
});

export type BackupObject = z.output<typeof objectSchema>;
export type Backup = z.output<typeof backupSchema>;

export const newBackup = (content: Omit<Backup, "format" | "version">): Backup => ({
  format: formatName,
  version: formatVersion,
  ...content,
});

/** Only its owner can read it; it is there whole or not at all. */
export async function writeBackup(path: string, backup: Backup): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify(backup, null, 2)}\n`);
}

/** @throws OperatorError when the file cannot be read or is no backup that this release understands */
export async function readBackup(path: string): Promise<Backup> {
  const content = await readJson(path);
  const version = z.looseObject({ format: z.literal(formatName), version: z.number() }).safeParse(content);
  if (!version.success) throw usageError(`${path} is no backup`, "Name a file that o2cqrs backup wrote.");
  if (version.data.version !== formatVersion)
    throw usageError(
      `${path} is a backup of format ${version.data.version}; this release reads format ${formatVersion}`,
      "Use the release of o2cqrs that wrote it.",
    );
  const parsed = backupSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues
    .slice(0, 3)
    .map(({ path: at, message }) => `${at.join(".")}: ${message}`);
  throw usageError(`${path} is damaged: ${places.join("; ")}`);
}

const secretsSchema = z.record(z.string(), z.string());

/** Values for the credentials that a backup leaves out, by the name that stands in it. */
export async function readSecrets(path: string): Promise<Readonly<Record<string, string>>> {
  const parsed = secretsSchema.safeParse(await readJson(path));
  if (parsed.success) return parsed.data;
  throw usageError(`${path} must be a JSON object of texts: {"name of the credential": "value"}`);
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw usageError(
      `${path} cannot be read: ${messageOf(error)}`,
      "Name a file that is there and that you may read.",
    );
  });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's own message quotes the text, which may hold credentials.
    throw usageError(
      `${path} is no JSON: it is damaged, or cut short`,
      "Name a file that o2cqrs wrote, whole.",
    );
  }
}
