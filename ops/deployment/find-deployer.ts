import { type Session } from "../cli/session.js";
import { type Deployer } from "./deployer.js";
import { EmbeddedEngine } from "./embedded-engine.js";
import { localStack, localStackEnv, localStackSettings } from "./local-stack.js";
import { findPulumi, PulumiCli } from "./pulumi-cli.js";

/** The Pulumi CLI if there is one on the PATH, else the embedded engine. */
export async function findDeployer(
  { projectRoot, env, terminal }: Pick<Session, "projectRoot" | "env" | "terminal">,
  stack: string,
): Promise<Deployer> {
  const stackEnv = stack === localStack ? await localStackEnv(projectRoot, env) : env;
  const pulumi = findPulumi(env);
  if (pulumi === undefined) return new EmbeddedEngine({ projectRoot, env: stackEnv, terminal });
  if (stack !== localStack) return PulumiCli.open(pulumi, projectRoot, stackEnv);
  const settings = await localStackSettings(projectRoot);
  const cli = await PulumiCli.open(pulumi, projectRoot, stackEnv, settings.configFile);
  await cli.ensureStack(stack, settings.folder);
  return cli;
}
