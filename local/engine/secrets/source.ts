import { readFile } from "node:fs/promises";

import { messageOf, PassphraseError } from "../errors.js";

/**
 * The passphrase by the rules of the Pulumi command: the option, then PULUMI_CONFIG_PASSPHRASE (which may be
 * empty), then the first line break-stripped content of the file that PULUMI_CONFIG_PASSPHRASE_FILE names.
 * @returns undefined when none of them is given
 * @throws PassphraseError when the file cannot be read
 */
export async function findPassphrase(
  option: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  if (option !== undefined) return option;
  const direct = env.PULUMI_CONFIG_PASSPHRASE;
  if (direct !== undefined) return direct;
  const file = env.PULUMI_CONFIG_PASSPHRASE_FILE;
  if (!file) return undefined;
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    throw new PassphraseError(`PULUMI_CONFIG_PASSPHRASE_FILE cannot be read: ${messageOf(error)}`);
  }
}

/** What to say when a secret is met and no passphrase was given. */
export function missingPassphrase(what: string): PassphraseError {
  return new PassphraseError(
    `${what}, but no passphrase was given: set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE`,
  );
}
