import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StackConfig } from "@o2cqrs/stacks/config";
import {
  composeFolder,
  composeVariables,
  defineDocker,
  dockerOptionsOf,
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
 * The root user's token is kept from one writing to the next: the server knows only that of its first start.
 */
export async function writeComposeFolder(folder: string, config: StackConfig): Promise<WrittenFolder> {
  const compose = composeFolder(defineDocker(dockerOptionsOf(config)));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const secrets = secretsOf(config, (await keptRootToken(folder)) ?? randomBytes(32).toString("hex"));

  await writeMounted(join(folder, "compose.yaml"), stringify(compose.document, { lineWidth: 0 }));
  for (const [path, text] of Object.entries(compose.files)) await writeMounted(join(folder, path), text);
  for (const [path, name] of Object.entries(compose.secretFiles))
    await writeMounted(join(folder, path), secrets[name]);
  await writePrivateFile(
    join(folder, ".env"),
    compose.variables.map((name) => `${composeVariables[name]}=${quoted(secrets[name])}\n`).join(""),
  );
  return {
    files: ["compose.yaml", ...Object.keys(compose.files)],
    secretFiles: [...Object.keys(compose.secretFiles), ".env"],
  };
}

function secretsOf(config: StackConfig, rootToken: string): Readonly<Record<SecretName, string>> {
  const { ingestToken = "", user = "" } = config;
  return {
    rootPassword: config.password ?? "",
    rootToken,
    gatewayTokens: gatewayTokensFile([{ token: ingestToken, user, credential: rootToken }]),
    tlsCertificate: config.tlsCertificate ?? "",
    tlsKey: config.tlsKey ?? "",
    s3AccessKey: config.s3AccessKey ?? "",
    s3SecretKey: config.s3SecretKey ?? "",
  };
}

/** In single quotes, which Compose reads without replacing anything in them. */
const quoted = (value: string) => `'${value.replaceAll("'", "\\'")}'`;

async function keptRootToken(folder: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(folder, ".env"), "utf8");
    return new RegExp(`^${composeVariables.rootToken}='([0-9a-f]+)'$`, "m").exec(text)?.[1];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function writeMounted(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  // Made anew: what is there may be read-only.
  await rm(path, { force: true });
  await writeFile(path, text, { mode: 0o444 });
}
