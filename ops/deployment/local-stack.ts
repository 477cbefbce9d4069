import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
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

/** Where the real CLI finds the settings of the `local` stack, and may write to them. */
export interface LocalStackSettings {
  /** A project of the same name that holds nothing else. */
  readonly folder: string;
  readonly configFile: string;
}

const saltLine = /^encryptionsalt:.*$/m;

/**
 * Copies the stack's config to `.o2cqrs/`: the real CLI writes the salt of its secrets into a stack's config, which
 * is no business of the file that all share. A salt that it left in the copy stays.
 */
export async function localStackSettings(projectRoot: string): Promise<LocalStackSettings> {
  const folder = join(projectRoot, ".o2cqrs", "local", "project");
  const configFile = join(folder, `Pulumi.${localStack}.yaml`);
  const project = await readFile(join(projectRoot, "Pulumi.yaml"), "utf8");
  const name = /^name:.*$/m.exec(project)?.[0] ?? "name: o2cqrs";
  await writePrivateFile(join(folder, "Pulumi.yaml"), `${name}\nruntime: nodejs\n`);
  const config = await readFile(join(projectRoot, `Pulumi.${localStack}.yaml`), "utf8");
  const salt = existsSync(configFile) ? saltLine.exec(await readFile(configFile, "utf8"))?.[0] : undefined;
  await writePrivateFile(
    configFile,
    salt === undefined ? config : `${config.replace(saltLine, "")}${salt}\n`,
  );
  return { folder, configFile };
}
