import { readConfig } from "@o2cqrs/stacks/config";
import { Command } from "commander";
import { stringify } from "yaml";
import { messageOf, usageError } from "../cli/errors.js";
import { jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { findDeployer } from "../deployment/find-deployer.js";

interface RestoreJobOptions {
  readonly stack: string;
  readonly day: string;
  readonly json: boolean;
}

const help = `
It is printed and not applied: stop every node of the server first, and start them again afterwards.

Example: o2cqrs metadata restore-job -s prod --day 2026-11-24 > restore.yaml`;

export const metadata: Verb = (session) =>
  new Command("metadata").description("the nightly backup of a server on Kubernetes").addCommand(
    new Command("restore-job")
      .description("print the Kubernetes job that puts the metadata of a saved day back")
      .addOption(stackOption())
      .requiredOption("--day <date>", "day of the backup, in UTC: 2026-11-24")
      .addOption(jsonOption())
      .addHelpText("after", help)
      .action((options: RestoreJobOptions) => printRestoreJob(options, session)),
  );

async function printRestoreJob({ stack, day, json }: RestoreJobOptions, session: Session): Promise<void> {
  const { terminal, env, projectRoot } = session;
  const deployer = await findDeployer(session, stack);
  const config = readConfig({ stack, values: await deployer.config(stack), env, folder: projectRoot });
  if (config.target !== "kubernetes")
    throw usageError(
      `Stack ${stack} is of target ${config.target}: only target kubernetes saves its metadata every night.`,
      "Name a stack of target kubernetes: --stack prod.",
    );
  // Loaded here, as the classes of Kubernetes' objects come with it.
  const { kubernetesOptions, kubernetesOptionsOf, restoreJob } = await import("@o2cqrs/stacks/kubernetes");
  const options = kubernetesOptions.parse(kubernetesOptionsOf(config));
  try {
    const job = restoreJob(options, day);
    terminal.print(json ? JSON.stringify(job, null, 2) : stringify(job, { lineWidth: 0 }).trimEnd());
  } catch (error) {
    if (error instanceof RangeError) throw usageError(messageOf(error));
    throw error;
  }
}
