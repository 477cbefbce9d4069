import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { OpenObserveResource } from "../base/resource.js";
import type { OrganizationArgs } from "./args.js";

/**
 * An organisation of the server, which only the root user can make. It is never deleted, as no server can:
 * destroying it forgets it, and a later deployment of the same name adopts it again.
 *
 * @example
 * const shop = new Organization("shop", { name: "shop" });
 * export const organization = shop.identifier;
 */
export class Organization extends OpenObserveResource {
  declare readonly name: Output<string>;
  /** By which requests and the config `o2cqrs:organization` refer to it. */
  declare readonly identifier: Output<string>;

  constructor(name: string, args: OrganizationArgs, options?: CustomResourceOptions) {
    const properties = { ...args, identifier: undefined };
    super("Organization", "@o2cqrs/providers/organization/provider", name, properties, options);
    this.name = this.known(args.name, (given) => given.trim());
    this.identifier = this.id;
  }
}
