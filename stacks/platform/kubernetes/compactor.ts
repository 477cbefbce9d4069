import type { Resource } from "@pulumi/pulumi";
import { budget } from "./budgets.js";
import type { Manifest } from "./manifest.js";
import type { Options } from "./options.js";
import { Part, type PartArgs } from "./register.js";
import { serverDeployment } from "./server.js";
import { serviceAccount } from "./service-accounts.js";

/** The role that merges small files into large ones and deletes what is past its retention. */
export function compactorManifests(options: Options): Manifest[] {
  return [
    serviceAccount(options, "compactor"),
    budget(options, "compactor"),
    serverDeployment(options, {
      role: "compactor",
      priority: "serving",
      graceSeconds: 120,
      probePath: "/schedulez",
    }),
  ];
}

export interface CompactorArgs extends PartArgs {
  readonly options: Options;
}

export class Compactor extends Part {
  constructor(args: CompactorArgs, options: { readonly parent: Resource }) {
    super("Compactor", compactorManifests(args.options), args, options);
  }
}
