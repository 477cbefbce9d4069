import { createHash } from "node:crypto";
import type { FileVolume, SecretName, Text } from "./definition.js";

/** Read by everyone who can see the volume: its container, whose user is not root, and the host's root. */
export const fileMode = "0444";

/** Label of a container that reads files: when they change, so does the label, and with it the container. */
export const filesLabel = "o2cqrs.files";

/** A text with its secret put in place. */
export const textOf = (text: Text, secrets: Readonly<Record<SecretName, string>>): string =>
  typeof text === "string" ? text : secrets[text.secret];

/** Tells nothing of what it is made from: a private key is in it that nobody can guess. */
export function filesDigest({ files }: FileVolume, secrets: Readonly<Record<SecretName, string>>): string {
  const hash = createHash("sha256");
  for (const [name, text] of Object.entries(files))
    hash.update(JSON.stringify([name, textOf(text, secrets)]));
  return hash.digest("hex");
}
