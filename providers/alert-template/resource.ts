import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { OpenObserveResource } from "../base/resource.js";
import type { AlertTemplateArgs } from "./args.js";

/**
 * The form of an alert's message.
 *
 * @example
 * const chat = new AlertTemplate("chat", {
 *   name: "chat",
 *   body: JSON.stringify({ text: "{alert_name} on {stream_name}: {alert_count}\n{rows}" }),
 * });
 */
export class AlertTemplate extends OpenObserveResource {
  /** Name by which destinations refer to it. */
  declare readonly name: Output<string>;
  declare readonly type: Output<"http" | "email" | "sns">;

  constructor(name: string, args: AlertTemplateArgs, options?: CustomResourceOptions) {
    super("AlertTemplate", "@o2cqrs/providers/alert-template/provider", name, args, options);
    this.name = this.known(args.name, (given) => given.trim());
  }
}
