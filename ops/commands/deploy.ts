import { Command } from "commander";
import { jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { type DeployAction } from "../deployment/deployer.js";
import { findDeployer } from "../deployment/find-deployer.js";

const descriptions: Readonly<Record<DeployAction, string>> = {
  preview: "say what a deploy would change",
  up: "deploy the stack",
  refresh: "take the server's real state into the stack's state",
  destroy: "delete everything that the stack deployed",
};

interface DeployOptions {
  readonly stack: string;
  readonly json: boolean;
  readonly refresh?: boolean;
}

const command = (action: DeployAction, session: Session) =>
  new Command(action)
    .description(`${descriptions[action]} (Pulumi CLI if there is one, else the embedded engine)`)
    .addOption(stackOption())
    .addOption(jsonOption())
    .action((options: DeployOptions) => deploy(action, options, session));

async function deploy(
  action: DeployAction,
  { stack, json, refresh: isRefreshed = false }: DeployOptions,
  session: Session,
): Promise<void> {
  const deployer = await findDeployer(session, stack);
  session.terminal.note(`${action} of stack ${stack} with the ${deployer.title}`);
  await deployer.run(action, { stack, json, refresh: isRefreshed, signal: session.signal });
}

export const up: Verb = (session) =>
  command("up", session).option(
    "--refresh",
    "look at the server first, and put right what others changed there",
  );
export const refresh: Verb = (session) => command("refresh", session);
export const destroy: Verb = (session) => command("destroy", session);
