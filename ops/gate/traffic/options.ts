import { type Command, Option } from "commander";
import { usageError } from "../../cli/errors.js";
import { type Session } from "../../cli/session.js";
import { commandDriver, percentPlaceholder } from "./command.js";
import { observeOnly, type TrafficDriver } from "./driver.js";
import { ingressDriver } from "./ingress.js";
import { clusterAccess } from "./kubeconfig.js";

/** How a command line says what moves traffic. */
export interface TrafficOptions {
  readonly traffic: "none" | "command" | "ingress";
  readonly hook?: string;
  readonly ingress?: string;
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** Adds the options of traffic drivers to a verb. */
export function withTrafficOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--traffic <driver>", "what moves traffic")
        .choices(["none", "command", "ingress"])
        .default("none"),
    )
    .option("--hook <json>", `command as a JSON array, such as '["./shift","${percentPlaceholder}"]'`)
    .option("--ingress <name>", "the canary's ingress (ingress-nginx)")
    .option("--namespace <name>", "its namespace; default the context's")
    .option("--kubeconfig <file>", "default $KUBECONFIG, ~/.kube/config, or the pod's service account")
    .option("--context <name>", "context of the kubeconfig; default the current one");
}

/** @throws OperatorError when an option is missing or the cluster's access cannot be read */
export async function trafficDriver(
  { traffic, hook, ingress, namespace, kubeconfig, context }: TrafficOptions,
  { env }: Pick<Session, "env">,
): Promise<TrafficDriver> {
  switch (traffic) {
    case "none":
      return observeOnly;
    case "command":
      if (hook === undefined) throw usageError("--traffic command needs --hook");
      return commandDriver(hook, env);
    case "ingress":
      if (ingress === undefined) throw usageError("--traffic ingress needs --ingress");
      return ingressDriver({
        access: await clusterAccess({ env, kubeconfig, context }),
        ingress,
        namespace,
      });
  }
}
