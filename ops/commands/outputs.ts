import { Command } from "commander";
import { stackOption } from "../cli/options.js";
import { renderTable } from "../cli/table.js";
import { type Session, type Verb } from "../cli/session.js";
import { hideSecrets } from "../deployment/secret-outputs.js";
import { findDeployer } from "../deployment/find-deployer.js";

interface OutputsOptions {
  readonly stack: string;
  readonly json: boolean;
  readonly showSecrets: boolean;
}

export const outputs: Verb = (session) =>
  new Command("outputs")
    .description("print the outputs of a deployed stack")
    .addOption(stackOption())
    .option("--json", "print JSON for machines", false)
    .option("--show-secrets", "print the values of secrets too", false)
    .action((options: OutputsOptions) => printOutputs(options, session));

async function printOutputs({ stack, json, showSecrets }: OutputsOptions, session: Session): Promise<void> {
  const deployer = await findDeployer(session, stack);
  const all = await deployer.outputs(stack);
  const shown = showSecrets ? all : hideSecrets(all);
  const text = json
    ? JSON.stringify(shown, null, 2)
    : renderTable(
        ["output", "value"],
        Object.entries(shown).map(([name, value]) => [
          name,
          typeof value === "string" ? value : JSON.stringify(value, null, 2),
        ]),
        session.terminal.width,
      );
  if (showSecrets) session.terminal.printRevealed(text);
  else session.terminal.print(text);
}
