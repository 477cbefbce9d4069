import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { secret } from "@pulumi/pulumi/output";
import { markerOf, OpenObserveResource } from "../base/resource.js";
import type { AlertDestinationArgs } from "./args.js";

/**
 * Where alerts are sent: a webhook, e-mail or Amazon SNS. A webhook's address and headers are kept as
 * secrets.
 *
 * @example
 * const oncall = new AlertDestination("oncall", {
 *   type: "http",
 *   name: "oncall",
 *   url: config.requireSecret("webhook"),
 *   template: chat.name,
 * });
 */
export class AlertDestination extends OpenObserveResource {
  /** Name by which alerts refer to it. */
  declare readonly name: Output<string>;
  declare readonly type: Output<"http" | "email" | "sns">;

  constructor(name: string, args: AlertDestinationArgs, options: CustomResourceOptions = {}) {
    const secrets =
      args.type === "http" ? { url: secret(args.url), headers: secret(args.headers ?? {}) } : {};
    const properties = { ...args, ...secrets, marker: markerOf(name) };
    super("AlertDestination", "@o2cqrs/providers/alert-destination/provider", name, properties, {
      ...options,
      additionalSecretOutputs: ["url", "headers", ...(options.additionalSecretOutputs ?? [])],
    });
    this.name = this.known(args.name, (given) => given.trim());
  }
}
