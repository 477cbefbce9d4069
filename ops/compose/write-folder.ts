import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StackConfig } from "@o2cqrs/stacks/config";
import {
  composeFolder,
  composeVariables,
  defineDocker,
  dockerOptionsOf,
  type GatewayAccount,
  gatewayAccountFile,
  gatewayTokensFile,
  type SecretName,
} from "@o2cqrs/stacks/docker";
import { stringify } from "yaml";
import { writePrivateFile } from "../storage/private-file.js";

export interface WrittenFolder {
  /** Relative paths. */
  readonly files: readonly string[];
  readonly secretFiles: readonly string[];
}

/**
 * Writes `compose.yaml`, the gateway's files beside it, and `.env` with what the server reads from its
 * environment. The folder can be entered by its owner alone (mode 0700); the files in it that containers
 * mount are readable by all, as the containers' users are nobody on this machine.
 *
 * @param account what the gateway sends as; absent, what an earlier call has written stays
 */
export async function writeComposeFolder(
  folder: string,
  config: StackConfig,
  account?: GatewayAccount,
): Promise<WrittenFolder> {
  const compose = composeFolder(defineDocker(dockerOptionsOf(config)));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const secrets = secretsOf(config, account);

  await writeMounted(join(folder, "compose.yaml"), stringify(compose.document, { lineWidth: 0 }));
  for (const [path, text] of Object.entries(compose.files)) await writeMounted(join(folder, path), text);
  for (const [path, name] of Object.entries(compose.secretFiles))
    await writeMounted(join(folder, path), secrets[name]);
  for (const [path, name] of Object.entries(compose.laterFiles)) {
    await mkdir(join(folder, dirname(path)), { recursive: true, mode: 0o755 });
    if (account !== undefined) await writeMounted(join(folder, path), secrets[name]);
  }
  await writePrivateFile(
    join(folder, ".env"),
    compose.variables.map((name) => `${composeVariables[name]}=${quoted(secrets[name])}\n`).join(""),
  );
  return {
    files: ["compose.yaml", ...Object.keys(compose.files)],
    secretFiles: [
      ...Object.keys(compose.secretFiles),
      ...(account === undefined ? [] : Object.keys(compose.laterFiles)),
      ".env",
    ],
  };
}

function secretsOf(config: StackConfig, account?: GatewayAccount): Readonly<Record<SecretName, string>> {
  return {
    rootPassword: config.password ?? "",
    gatewayTokens: gatewayTokensFile([config.ingestToken ?? ""]),
    gatewayAccount: account === undefined ? "" : gatewayAccountFile(account),
    tlsCertificate: config.tlsCertificate ?? "",
    tlsKey: config.tlsKey ?? "",
    s3AccessKey: config.s3AccessKey ?? "",
    s3SecretKey: config.s3SecretKey ?? "",
  };
}

/** In single quotes, which Compose reads without replacing anything in them. */
const quoted = (value: string) => `'${value.replaceAll("'", "\\'")}'`;

async function writeMounted(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  // Made anew: what is there may be read-only.
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o444 });
}
