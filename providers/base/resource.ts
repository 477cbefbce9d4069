import type { CustomResourceOptions, Input, Inputs as Properties, Output } from "@pulumi/pulumi";
import { getProject, getStack } from "@pulumi/pulumi/metadata";
import { all } from "@pulumi/pulumi/output";
import { CustomResource } from "@pulumi/pulumi/resource";
import { markerFor } from "./marker.js";

/**
 * The SDK takes four stack traces for each property of a resource, to tell where a promise that never settles
 * came from: a fifth of the time that the program takes. They are shown on demand, so they are taken on demand.
 * The position in the source that the engine keeps does not depend on this.
 */
const leakStackDepth = process.env.PULUMI_DEBUG_PROMISE_LEAKS ? Error.stackTraceLimit : 0;

/**
 * A dynamic resource of this package, with the type token `o2cqrs:<Kind>`.
 *
 * The engine keeps with every dynamic resource the code that serves it. Pulumi's own base class writes a
 * whole provider there, by serialising it with everything that it captures; this one writes a line that names
 * the module, which is the same for every resource of a kind, holds no secret and no path of a machine, and
 * lets the code behind it change without any resource differing.
 */
export abstract class OpenObserveResource extends CustomResource {
  protected constructor(
    kind: string,
    providerModule: string,
    name: string,
    properties: Properties,
    options: CustomResourceOptions | undefined,
  ) {
    const withProvider = { ...properties, __provider: providerText(providerModule) };
    const depth = Error.stackTraceLimit;
    Error.stackTraceLimit = leakStackDepth;
    try {
      super(`pulumi-nodejs:dynamic/o2cqrs:${kind}`, name, withProvider, options);
    } finally {
      Error.stackTraceLimit = depth;
    }
  }

  /**
   * An output that follows from an argument alone, so that a preview knows it even while the resource itself
   * is about to change. It depends on the resource all the same.
   */
  protected known<T, U>(argument: Input<T> | undefined, value: (argument: T) => U): Output<U> {
    return all([this.urn, argument]).apply(([, known]) => value(known as T));
  }
}

/** The module that the process of dynamic providers runs: its `handler` gives the provider. */
export function providerText(providerModule: string): string {
  return `exports.handler = () => require("${providerModule}").provider;\n`;
}

/** The mark by which a deployment finds its own object again: see `base/marker`. */
export function markerOf(resource: string): string {
  return markerFor(getProject(), getStack(), resource);
}
