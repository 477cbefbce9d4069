import type { Output } from "@pulumi/pulumi";
import { Config } from "@pulumi/pulumi/config";
import { output } from "@pulumi/pulumi/output";
import type { Inputs } from "../base/inputs.js";
import { withoutUndefined } from "../base/values.js";
import { connectionFrom, OpenObserve } from "../client/index.js";

/** What was looked up is not there, or is there more than once. */
export class LookupError extends Error {
  override readonly name = "LookupError";
}

/** What a look-up tells of an object: the arguments that would describe it. */
export type Described<I> = Omit<I, "adopt" | "marker">;

/**
 * Reads from the server that the stack's config names. The program itself asks, during previews too, so that
 * the server must be there before the stack is deployed.
 */
export async function ask<T>(read: (server: OpenObserve) => Promise<T>): Promise<T> {
  const config = new Config("o2cqrs");
  const server = new OpenObserve(connectionFrom({ config: (key) => config.get(key) }));
  try {
    return await read(server);
  } finally {
    await server.close();
  }
}

/** A look-up whose arguments may be outputs of resources: it waits for them. */
export function asOutput<Args extends object, Result>(
  lookUp: (args: Args) => Promise<Result>,
  args: Inputs<Args>,
): Output<Result> {
  const known = output<unknown>(args) as Output<Args>;
  return known.apply(lookUp);
}

/** @throws LookupError when there is none */
export function found<T>(what: string, object: T | undefined): T {
  if (object !== undefined) return object;
  throw new LookupError(
    `There is no ${what}. Is the name right, and the o2cqrs:organization of this stack's config?`,
  );
}

/**
 * The one of a name that the server does not keep unique.
 *
 * @throws LookupError when there is none, or when there are several, with their ids
 */
export function onlyOne<T>(what: string, objects: readonly T[], id: (object: T) => string): T {
  const [first, second] = objects;
  if (second === undefined) return found(what, first);
  throw new LookupError(
    `There are ${objects.length} of ${what} (${objects.map(id).join(", ")}), and nothing says which is meant. ` +
      "Rename all but one.",
  );
}

/** Without what is about taking over. */
export function described<I extends { adopt?: unknown; marker?: unknown }>(inputs: I): Described<I> {
  return withoutUndefined({ ...inputs, adopt: undefined, marker: undefined });
}
