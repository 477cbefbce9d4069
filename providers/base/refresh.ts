import { comparison, inputsIn } from "./diff.js";
import type { Kind } from "./kind.js";
import { differingPaths, type Properties, withoutUndefined } from "./values.js";

/**
 * The state after a refresh: what the server holds, except that a property in which the server makes no
 * difference keeps the state's way of writing it, so that only real drift shows.
 */
export function refreshed<I extends object>(
  kind: Kind<I>,
  id: string,
  state: Properties,
  actual: I,
): { id: string; props: Properties; inputs: Properties } {
  const known = inputsIn(kind, state);
  const before = comparison(kind, known);
  const now = comparison(kind, actual);
  const inputs: Partial<I> = { ...known };
  for (const key of new Set([...Object.keys(before), ...Object.keys(now)]))
    if (differingPaths(before[key], now[key]).length > 0) inputs[key as keyof I] = actual[key as keyof I];
  return {
    id,
    props: withoutUndefined({ ...state, ...inputs }),
    inputs: withoutUndefined(inputs),
  };
}
