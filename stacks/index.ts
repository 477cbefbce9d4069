/** The Pulumi program: the stack that its config describes. */
import { warn } from "@pulumi/pulumi/log";
import { getStack } from "@pulumi/pulumi/metadata";
import * as pulumiConfig from "@pulumi/pulumi/runtime/config";
import { checkCertificate, type ConfigSources, connectionOf, readConfig } from "./config/index.js";
import type { StackOutputs } from "./outputs.js";
import { preflight } from "./platform/preflight.js";
import { program } from "./program.js";

/** Exported by Pulumi's runtime, and left out of its declarations. */
const { isConfigSecret } = pulumiConfig as unknown as { isConfigSecret: (key: string) => boolean };

async function run(sources: ConfigSources): Promise<StackOutputs> {
  const config = readConfig(sources);
  for (const warning of checkCertificate(config)) await warn(warning);
  const runsAlready = config.target === "local" || config.target === "existing";
  if (runsAlready) await preflight(connectionOf(sources));
  return program(config);
}

export = run({ stack: getStack(), values: pulumiConfig.allConfig(), isSecret: isConfigSecret });
