import type { Resource } from "@pulumi/pulumi";
import { CustomResource } from "@pulumi/pulumi/resource";
import type { WhereToLook } from "../platform.js";

const providerModule = "@o2cqrs/stacks/server-ready/provider";

export interface ServerReadyArgs {
  readonly after: readonly Resource[];
  readonly whereToLook: WhereToLook;
}

/** There once the server that is deployed answers: what configures it waits for this one. */
export class ServerReady extends CustomResource {
  constructor(name: string, { after, whereToLook }: ServerReadyArgs) {
    super(
      "pulumi-nodejs:dynamic/o2cqrs:ServerReady",
      name,
      {
        whereToLook,
        __provider: `exports.handler = () => require("${providerModule}").provider;\n`,
      },
      { dependsOn: [...after] },
    );
  }
}
