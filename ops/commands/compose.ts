import { resolve } from "node:path";
import { envNames } from "@o2cqrs/contract";
import { checkCertificate, readConfig } from "@o2cqrs/stacks/config";
import type { GatewayAccount } from "@o2cqrs/stacks/docker";
import { Command } from "commander";
import { writeComposeFolder } from "../compose/write-folder.js";
import { jsonOption, stackOption } from "../cli/options.js";
import { usageError } from "../cli/errors.js";
import { type Session, type Verb } from "../cli/session.js";
import { appEnvOf } from "../deployment/app-env.js";
import { findDeployer } from "../deployment/find-deployer.js";

interface ComposeOptions {
  readonly stack: string;
  readonly output: string;
  readonly configuredBy?: string;
  readonly json: boolean;
}

export const compose: Verb = (session) =>
  new Command("compose")
    .description("write the platform of a stack of target docker as a folder for Docker Compose")
    .addOption(stackOption())
    .option("-o, --output <folder>", "folder to write, which only its owner may enter", "compose")
    .option(
      "--configured-by <stack>",
      "stack that has configured the server: the gateway sends as its service account, for bearer tokens",
    )
    .addOption(jsonOption())
    .addHelpText("after", "\nExample: o2cqrs compose -s dev -o compose && cd compose && docker compose up -d")
    .action((options: ComposeOptions) => writeCompose(options, session));

async function writeCompose(
  { stack, output, configuredBy, json }: ComposeOptions,
  session: Session,
): Promise<void> {
  const { terminal, env, projectRoot } = session;
  const deployer = await findDeployer(session, stack);
  const values = await deployer.config(stack);
  // Whether a secret stands encrypted is for the deploy to judge: here it is plain text already.
  const config = readConfig({ stack, values, env, folder: projectRoot });
  if (config.target !== "docker")
    throw usageError(
      `Stack ${stack} is of target ${config.target}: only target docker can be written for Compose.`,
      "Name a stack of target docker: --stack dev.",
    );
  for (const warning of checkCertificate(config)) terminal.note(`Warning: ${warning}`);
  const folder = resolve(output);
  const account = configuredBy === undefined ? undefined : await accountOf(session, configuredBy);
  const { files, secretFiles } = await writeComposeFolder(folder, config, account);
  if (json) {
    terminal.print(JSON.stringify({ folder, files, secretFiles }, null, 2));
    return;
  }
  terminal.print(`${folder}: ${[...files, ...secretFiles].join(", ")}`);
  terminal.note(`${secretFiles.join(", ")} hold secrets: never commit them. Start it: docker compose up -d`);
}

/** The application's service account, as a stack's outputs have it. */
async function accountOf(session: Session, stack: string): Promise<GatewayAccount> {
  const deployer = await findDeployer(session, stack);
  const env = appEnvOf(await deployer.outputs(stack), stack);
  const [user, credential] = [env[envNames.user], env[envNames.token]];
  if (user !== undefined && credential !== undefined) return { user, credential };
  throw usageError(
    `The outputs of stack ${stack} hold no credentials of the application's service account.`,
    `Deploy it: o2cqrs up --stack ${stack}.`,
  );
}
