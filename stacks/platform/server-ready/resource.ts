import { CustomResource, type Resource } from "@pulumi/pulumi";

const providerModule = "@o2cqrs/stacks/server-ready/provider";

/** There once the server that is deployed answers: what configures it waits for this one. */
export class ServerReady extends CustomResource {
  constructor(name: string, { after }: { readonly after: readonly Resource[] }) {
    super(
      "pulumi-nodejs:dynamic/o2cqrs:ServerReady",
      name,
      { __provider: `exports.handler = () => require("${providerModule}").provider;\n` },
      { dependsOn: [...after] },
    );
  }
}
