import type { Output, Resource } from "@pulumi/pulumi";
import { CustomResource } from "@pulumi/pulumi/resource";

const providerModule = "@o2cqrs/stacks/generated-secret/provider";

/** A random secret that is made at the first deployment and stays the same; replace it to have another. */
export class GeneratedSecret extends CustomResource {
  declare readonly value: Output<string>;

  constructor(name: string, options: { readonly parent: Resource }) {
    super(
      "pulumi-nodejs:dynamic/o2cqrs:GeneratedSecret",
      name,
      { value: undefined, __provider: `exports.handler = () => require("${providerModule}").provider;\n` },
      { ...options, additionalSecretOutputs: ["value"] },
    );
  }
}
