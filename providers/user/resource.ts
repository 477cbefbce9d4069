import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { secret } from "@pulumi/pulumi/output";
import { OpenObserveResource } from "../base/resource.js";
import type { UserArgs } from "./args.js";

/**
 * A person who signs in with a password, with the role `admin`, the only one beside root that open-source
 * servers know. Programs use a `ServiceAccount`.
 *
 * @example
 * new User("oncall", { email: "oncall@example.com", password: config.requireSecret("oncallPassword") });
 */
export class User extends OpenObserveResource {
  declare readonly email: Output<string>;

  constructor(name: string, args: UserArgs, options: CustomResourceOptions = {}) {
    const properties = { ...args, password: secret(args.password) };
    super("User", "@o2cqrs/providers/user/provider", name, properties, {
      ...options,
      additionalSecretOutputs: ["password", ...(options.additionalSecretOutputs ?? [])],
    });
    this.email = this.known(args.email, (given) => given.toLowerCase());
  }
}
