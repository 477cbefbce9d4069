import { type Session } from "../cli/session.js";
import { type Deployer } from "./deployer.js";
import { EmbeddedEngine } from "./embedded-engine.js";
import { localStack, localStackEnv } from "./local-stack.js";
import { findPulumi, PulumiCli } from "./pulumi-cli.js";

/** The Pulumi CLI if there is one on the PATH, else the embedded engine. */
export async function findDeployer(
  { projectRoot, env, terminal }: Pick<Session, "projectRoot" | "env" | "terminal">,
  stack: string,
): Promise<Deployer> {
  const stackEnv = stack === localStack ? await localStackEnv(projectRoot, env) : env;
  const pulumi = findPulumi(env);
  if (pulumi === undefined) return new EmbeddedEngine({ projectRoot, env: stackEnv, terminal });
  const cli = await PulumiCli.open(pulumi, projectRoot, stackEnv);
  if (stack === localStack) await cli.ensureStack(stack);
  return cli;
}
