import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { markerOf, OpenObserveResource } from "../base/resource.js";
import type { AlertArgs } from "./args.js";

/**
 * An alert on a stream. It must exist, and so must the destinations: pass their `name` outputs.
 *
 * @example
 * new Alert("slow-commands", {
 *   name: "slow_commands",
 *   stream: commands.name,
 *   condition: {
 *     kind: "custom",
 *     where: { column: "status", operator: "=", value: "success" },
 *     aggregation: { function: "p95", column: "duration_ms", having: { operator: ">", value: 500 } },
 *   },
 *   trigger: { periodMinutes: 5, frequencyMinutes: 1, silenceMinutes: 15 },
 *   destinations: [oncall.name],
 * });
 */
export class Alert extends OpenObserveResource {
  declare readonly name: Output<string>;
  /** Id that the server gave it. */
  declare readonly alertId: Output<string>;

  constructor(name: string, args: AlertArgs, options?: CustomResourceOptions) {
    const properties = { ...args, marker: markerOf(name), alertId: undefined };
    super("Alert", "@o2cqrs/providers/alert/provider", name, properties, options);
    this.name = this.known(args.name, (given) => given.trim());
    this.alertId = this.id;
  }
}
