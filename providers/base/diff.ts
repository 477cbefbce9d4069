import type { dynamic } from "@pulumi/pulumi";
import type { Kind } from "./kind.js";
import { differingPaths, hasUnknown, type Properties } from "./values.js";

/** The engine's answer, with the changed paths for whoever shows them. */
export interface Difference extends dynamic.DiffResult {
  readonly changes: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
  /** Property paths that changed: `trigger.threshold`. */
  readonly diffs: readonly string[];
}

/**
 * What an update would change. A value that is not known yet counts as changed, as the engine asks again
 * when it is known.
 */
export function difference<I extends object>(kind: Kind<I>, olds: Properties, news: I): Difference {
  const unknown = Object.keys(news).filter((key) => hasUnknown(news[key as keyof I]));
  const was = comparison(kind, inputsIn(kind, olds));
  const willBe = comparison(kind, news);
  const known = differingPaths(was, willBe).filter((path) => !unknown.includes(topOf(path)));
  const diffs = [...known, ...unknown];
  const replaces = kind.replaceOn.filter((key) => diffs.some((path) => topOf(path) === key));
  return {
    changes: diffs.length > 0,
    replaces,
    deleteBeforeReplace: replaces.length > 0 && (kind.deleteBeforeReplace ?? false),
    diffs,
  };
}

/** The comparable form without how the object came to be this resource's. */
export function comparison<I extends object>(kind: Kind<I>, inputs: I): Properties {
  return { ...kind.comparable(inputs), adopt: undefined, marker: undefined };
}

/**
 * The inputs within a state. Parsing fills in what a state of an earlier release does not have yet, so that
 * an upgrade of this package changes nothing by itself.
 */
export function inputsIn<I extends object>(kind: Kind<I>, state: Properties): I {
  const { shape } = kind.schema as { shape?: object };
  const keys = shape === undefined ? Object.keys(state) : Object.keys(shape);
  const own = Object.fromEntries(keys.filter((key) => key in state).map((key) => [key, state[key]]));
  const parsed = kind.schema.safeParse(own);
  return parsed.success ? parsed.data : (own as I);
}

const topOf = (path: string): string => path.split(/[.[]/, 1)[0] ?? path;
