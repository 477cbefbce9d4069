import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writePrivateFile } from "../storage/private-file.js";

/** The stack that `npm start` deploys. */
export const localStack = "local";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The environment in which the `local` stack is deployed: state and passphrase of its own in `.o2cqrs/`,
 * so that it needs no Pulumi account and no set-up. What the caller has set stays.
 */
export async function localStackEnv(projectRoot: string, env: Env): Promise<Env> {
  const folder = join(projectRoot, ".o2cqrs", "local");
  const passphraseFile = join(folder, "passphrase");
  if (!existsSync(passphraseFile))
    await writePrivateFile(passphraseFile, randomBytes(32).toString("base64url"));
  const hasPassphrase =
    env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined;
  return {
    PULUMI_BACKEND_URL: pathToFileURL(folder).href,
    ...env,
    ...(hasPassphrase ? {} : { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile }),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}
