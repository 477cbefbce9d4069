import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { OpenObserveResource } from "../base/resource.js";
import type { ServiceAccountArgs } from "./args.js";

/**
 * An account for programs. They authenticate with Basic `email:token`. Open-source servers give it full
 * access to its organisation.
 *
 * @example
 * const writer = new ServiceAccount("writer", { email: "orders@services.example.com" });
 * export const ingestPassword = writer.token;
 */
export class ServiceAccount extends OpenObserveResource {
  declare readonly email: Output<string>;
  /**
   * The password of Basic authentication. A secret. Newer servers tell it only when the account is made or
   * the token rotated, so it is kept in the state, encrypted.
   */
  declare readonly token: Output<string>;

  constructor(name: string, args: ServiceAccountArgs, options: CustomResourceOptions = {}) {
    const properties = { ...args, token: undefined };
    super("ServiceAccount", "@o2cqrs/providers/service-account/provider", name, properties, {
      ...options,
      additionalSecretOutputs: ["token", ...(options.additionalSecretOutputs ?? [])],
    });
    this.email = this.known(args.email, (given) => given.toLowerCase());
  }
}
