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

/** Which driver an option belongs to. */
const driverOf = {
  hook: "command",
  ingress: "ingress",
  namespace: "ingress",
  kubeconfig: "ingress",
  context: "ingress",
} as const satisfies Readonly<Record<Exclude<keyof TrafficOptions, "traffic">, string>>;

/** An operator who gives a hook believes that it is run: another driver must not pass it over. */
function refuseOthers(options: TrafficOptions): void {
  for (const [option, driver] of Object.entries(driverOf) as [keyof typeof driverOf, string][])
    if (options[option] !== undefined && options.traffic !== driver)
      throw usageError(
        `--${option} belongs to --traffic ${driver}, and --traffic is ${options.traffic}`,
        `Add --traffic ${driver}, or leave --${option} out.`,
      );
}

/** The same options as words of a command line; empty where nothing moves traffic. */
export function trafficArguments(options: TrafficOptions): string[] {
  if (options.traffic === "none") return [];
  const others = Object.keys(driverOf) as (keyof typeof driverOf)[];
  return [
    ...["--traffic", options.traffic],
    ...others.flatMap((name) => (options[name] === undefined ? [] : [`--${name}`, options[name]])),
  ];
}

/** @throws OperatorError when an option is missing or of another driver, or the cluster's access cannot be read */
export async function trafficDriver(
  options: TrafficOptions,
  { env }: Pick<Session, "env">,
): Promise<TrafficDriver> {
  refuseOthers(options);
  const { traffic, hook, ingress, namespace, kubeconfig, context } = options;
  switch (traffic) {
    case "none":
      return observeOnly;
    case "command":
      if (hook === undefined)
        throw usageError(
          "--traffic command needs --hook",
          `Write it like --hook '["./shift-traffic", "--canary", "${percentPlaceholder}"]'.`,
        );
      return commandDriver(hook, env);
    case "ingress":
      if (ingress === undefined)
        throw usageError(
          "--traffic ingress needs --ingress",
          "Name the ingress whose annotation says the canary's weight.",
        );
      return ingressDriver({
        access: await clusterAccess({ env, kubeconfig, context }),
        ingress,
        namespace,
      });
  }
}
