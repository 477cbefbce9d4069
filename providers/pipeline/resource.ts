import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { markerOf, OpenObserveResource } from "../base/resource.js";
import type { PipelineArgs } from "./args.js";

/**
 * What happens to the records of a stream, or to the rows of a scheduled query, before they are stored.
 *
 * The graph is given by what each node takes its records `from`; ids, edges and the drawing follow. A function
 * that fails passes its record on unchanged, so what must not leak needs a condition behind the function.
 *
 * @example
 * new Pipeline("mask", {
 *   name: "mask orders",
 *   source: { kind: "stream", stream: orders.name },
 *   nodes: {
 *     mask: { kind: "function", function: mask.name, from: "source" },
 *     masked: { kind: "condition", when: { column: "masked", operator: "=", value: true }, from: "mask" },
 *   },
 *   outputs: { orders: { kind: "stream", stream: orders.name, from: "masked" } },
 * });
 */
export class Pipeline extends OpenObserveResource {
  /** Name in lower case, as the server keeps it. */
  declare readonly name: Output<string>;
  /** Id that the server gave it. */
  declare readonly pipelineId: Output<string>;

  constructor(name: string, args: PipelineArgs, options?: CustomResourceOptions) {
    const properties = { ...args, marker: markerOf(name), pipelineId: undefined };
    super("Pipeline", "@o2cqrs/providers/pipeline/provider", name, properties, options);
    this.name = this.known(args.name, (given) => given.trim().toLowerCase());
    this.pipelineId = this.id;
  }
}
