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
}

function deployVerb(action: DeployAction): Verb {
  return (session) =>
    new Command(action)
      .description(`${descriptions[action]} (Pulumi CLI if there is one, else the embedded engine)`)
      .addOption(stackOption())
      .addOption(jsonOption())
      .action((options: DeployOptions) => deploy(action, options, session));
}

async function deploy(action: DeployAction, { stack, json }: DeployOptions, session: Session): Promise<void> {
  const deployer = await findDeployer(session, stack);
  session.terminal.note(`${action} of stack ${stack} with the ${deployer.title}`);
  await deployer.run(action, { stack, json, signal: session.signal });
}

export const up = deployVerb("up");
export const refresh = deployVerb("refresh");
export const destroy = deployVerb("destroy");
