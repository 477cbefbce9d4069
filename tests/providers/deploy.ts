import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Difference } from "../../providers/base/diff.js";
import type { Provider } from "../../providers/base/provider.js";
import type { Properties } from "../../providers/base/values.js";

/** A resource as the engine keeps it. */
export interface Deployed {
  readonly id: string;
  readonly state: Properties;
}

export type Done = "create" | "none" | "update" | "replace";

/** Inputs that pass `check`, with defaults filled in. */
export function checked<I extends object, S extends object>(provider: Provider<I, S>, args: object): I {
  const { inputs, failures } = provider.check({}, asSent(args));
  expect(failures).toEqual([]);
  return carried(inputs ?? {}) as I;
}

/** The failures of `check` as `property: reason`. */
export function failures<I extends object, S extends object>(
  provider: Provider<I, S>,
  args: object,
): string[] {
  const result = provider.check({}, asSent(args));
  return (result.failures ?? []).map(({ property, reason }) => `${property}: ${reason}`);
}

/** What the engine does with a resource on `up`: check, then create, or diff and update or replace. */
export async function up<I extends object, S extends object>(
  provider: Provider<I, S>,
  args: object,
  prior?: Deployed,
): Promise<Deployed & { did: Done; diff?: Difference }> {
  const inputs = checked(provider, args);
  if (prior === undefined) return { ...(await create(provider, inputs)), did: "create" };
  const diff = provider.diff(prior.id, prior.state, inputs);
  if (!diff.changes) return { ...prior, did: "none", diff };
  if (diff.replaces.length === 0) {
    const { outs } = await provider.update(prior.id, prior.state as S, inputs);
    return { id: prior.id, state: carried(outs as object), did: "update", diff };
  }
  if (diff.deleteBeforeReplace) await destroy(provider, prior);
  const created = await create(provider, inputs);
  if (!diff.deleteBeforeReplace) await destroy(provider, prior);
  return { ...created, did: "replace", diff };
}

/** What the engine does on `refresh`. @returns undefined when the object is gone */
export async function refresh<I extends object, S extends object>(
  provider: Provider<I, S>,
  prior: Deployed,
): Promise<Deployed | undefined> {
  const { id, props } = await provider.read(prior.id, prior.state);
  return id === undefined ? undefined : { id, state: carried(props ?? {}) };
}

export async function destroy<I extends object, S extends object>(
  provider: Provider<I, S>,
  prior: Deployed,
): Promise<void> {
  await provider.delete(prior.id, prior.state as S);
}

async function create<I extends object, S extends object>(
  provider: Provider<I, S>,
  inputs: I,
): Promise<Deployed> {
  const { id, outs } = await provider.create(inputs);
  expect(id).not.toBe("");
  return { id, state: carried(outs as object) };
}

/** Through the engine's protocol, which refuses what it cannot carry. */
export function carried(value: object): Properties {
  return Struct.fromJavaScript(value as Parameters<typeof Struct.fromJavaScript>[0]).toJavaScript();
}

/** The SDK leaves out what is undefined. */
const asSent = (args: object): Properties => carried(JSON.parse(JSON.stringify(args)) as object);
