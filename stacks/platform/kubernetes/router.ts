import type { Resource } from "@pulumi/pulumi";
import { autoscaler } from "./autoscalers.js";
import { budget } from "./budgets.js";
import type { Manifest } from "./manifest.js";
import type { Options } from "./options.js";
import { Part, type PartArgs } from "./register.js";
import { serverDeployment, serverPorts } from "./server.js";
import { serviceAccount } from "./service-accounts.js";
import { service } from "./services.js";

/** Waits until nobody sends to the pod any more: its address leaves the Service only some time after the request to stop. */
const lingerSeconds = 10;

/** The role that clients reach: it knows the other nodes and passes requests on. */
export function routerManifests(options: Options): Manifest[] {
  return [
    serviceAccount(options, "router"),
    budget(options, "router"),
    serverDeployment(options, {
      role: "router",
      priority: "serving",
      graceSeconds: 60,
      // A router is given no work of its own, so it is never "schedulable".
      probePath: "/healthz",
      preStop: { exec: { command: ["sleep", String(lingerSeconds)] } },
    }),
    service(options, "router", { ports: serverPorts }),
    autoscaler(options, "router"),
  ];
}

export interface RouterArgs extends PartArgs {
  readonly options: Options;
}

export class Router extends Part {
  constructor(args: RouterArgs, options: { readonly parent: Resource }) {
    super("Router", routerManifests(args.options), args, options);
  }
}
