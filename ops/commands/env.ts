import { resolve } from "node:path";
import { Command, Option } from "commander";
import { stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { appEnvOf } from "../deployment/app-env.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { type EnvFormatName, envFormatNames, envFormats } from "../env/format.js";
import { envDocument, envVariables } from "../env/variable.js";
import { writePrivateFile } from "../storage/private-file.js";

interface EnvOptions {
  readonly stack: string;
  readonly format: EnvFormatName;
  readonly output?: string;
  readonly showSecrets: boolean;
  readonly json: boolean;
}

export const env: Verb = (session) =>
  new Command("env")
    .description("write the application's environment from the stack's outputs")
    .addOption(stackOption())
    .addOption(new Option("-f, --format <format>", "form to write").choices(envFormatNames).default("dotenv"))
    .option("-o, --output <file>", "write to a file that only its owner can read (mode 0600)")
    .option("--show-secrets", "write the values of secrets too", false)
    .option("--json", "the same as --format json", false)
    .addHelpText("after", `\nExample: eval "$(o2cqrs env --format shell --show-secrets)"`)
    .action((options: EnvOptions) => writeEnv(options, session));

async function writeEnv(options: EnvOptions, session: Session): Promise<void> {
  const { stack, output, showSecrets } = options;
  const { terminal } = session;
  const deployer = await findDeployer(session, stack);
  const document = envDocument(envVariables(appEnvOf(await deployer.outputs(stack), stack)), showSecrets);
  const text = envFormats[options.json ? "json" : options.format](document);
  if (output !== undefined) {
    await writePrivateFile(resolve(output), text);
    terminal.note(`${document.variables.length} variables written to ${output}, readable by its owner only.`);
  } else if (showSecrets) terminal.printRevealed(text.trimEnd());
  else terminal.print(text.trimEnd());
  if (document.withheld.length > 0) {
    terminal.note(`Left out as secret: ${document.withheld.join(", ")}. --show-secrets writes them.`);
  }
}
