import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { markerOf, OpenObserveResource } from "../base/resource.js";
import type { FunctionArgs } from "./args.js";

/**
 * A VRL program that pipelines run on each record. The server compiles it on save, and a deployment fails
 * with the compiler's message.
 *
 * @example
 * const upper = new Function("upper", { name: "upper_level", vrl: '.level = upcase(string(.level) ?? "")\n.' });
 */
export class Function extends OpenObserveResource {
  /** Name by which pipelines call it. */
  declare readonly name: Output<string>;
  /** The program. */
  declare readonly vrl: Output<string>;

  constructor(name: string, args: FunctionArgs, options?: CustomResourceOptions) {
    const properties = { ...args, marker: markerOf(name) };
    super("Function", "@o2cqrs/providers/function/provider", name, properties, options);
    this.name = this.known(args.name, (given) => given.trim());
  }
}
