import type { Resource } from "@pulumi/pulumi";
import { budget } from "./budgets.js";
import type { Manifest } from "./manifest.js";
import type { Options } from "./options.js";
import { Part, type PartArgs } from "./register.js";
import { serverDeployment } from "./server.js";
import { serviceAccount } from "./service-accounts.js";

/** The role that runs scheduled pipelines, evaluates alerts and sends them. */
export function alertmanagerManifests(options: Options): Manifest[] {
  return [
    serviceAccount(options, "alertmanager"),
    budget(options, "alertmanager"),
    serverDeployment(options, {
      role: "alertmanager",
      priority: "serving",
      graceSeconds: 60,
      probePath: "/schedulez",
    }),
  ];
}

export interface AlertmanagerArgs extends PartArgs {
  readonly options: Options;
}

export class Alertmanager extends Part {
  constructor(args: AlertmanagerArgs, options: { readonly parent: Resource }) {
    super("Alertmanager", alertmanagerManifests(args.options), args, options);
  }
}
