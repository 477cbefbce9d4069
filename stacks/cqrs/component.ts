import type { ComponentResourceOptions, CustomResourceOptions } from "@pulumi/pulumi";
import { ComponentResource } from "@pulumi/pulumi/resource";

/** A part of the CQRS configuration: resources that belong together, with the type `o2cqrs:cqrs:<Part>`. */
export abstract class Part extends ComponentResource {
  protected constructor(part: string, name: string, options?: ComponentResourceOptions) {
    super(`o2cqrs:cqrs:${part}`, name, {}, options);
  }

  /** Options of a resource that belongs to this part. */
  protected get own(): CustomResourceOptions {
    return { parent: this };
  }
}
