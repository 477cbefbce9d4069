import type { Resource } from "@pulumi/pulumi";
import { autoscaler } from "./autoscalers.js";
import { budget } from "./budgets.js";
import type { Manifest } from "./manifest.js";
import type { Options } from "./options.js";
import { Part, type PartArgs } from "./register.js";
import { serverPorts, serverStatefulSet } from "./server.js";
import { serviceAccount } from "./service-accounts.js";
import { headlessService } from "./services.js";

/** The role that searches. Its disk is a cache of the object store, kept so that a restart finds it warm. */
export function querierManifests(options: Options): Manifest[] {
  return [
    serviceAccount(options, "querier"),
    budget(options, "querier"),
    headlessService(options, "querier", { ports: serverPorts }),
    serverStatefulSet(
      options,
      // As long as the gateway waits for a search.
      { role: "querier", priority: "serving", graceSeconds: 120, probePath: "/schedulez" },
    ),
    autoscaler(options, "querier"),
  ];
}

export interface QuerierArgs extends PartArgs {
  readonly options: Options;
}

export class Querier extends Part {
  constructor(args: QuerierArgs, options: { readonly parent: Resource }) {
    super("Querier", querierManifests(args.options), args, options);
  }
}
