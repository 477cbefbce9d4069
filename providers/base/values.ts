import { isDeepStrictEqual } from "node:util";
import { unknownValue } from "@pulumi/pulumi/runtime/rpc";

/** A plain object of inputs or outputs, as the engine passes it. */
export type Properties = Record<string, unknown>;

/** Whether a value, or anything inside it, is not known yet, as in a preview. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

/** Whether the way from a root to a value, or the value itself, is not known yet. */
export function isUnknownAt(root: unknown, path: readonly PropertyKey[]): boolean {
  let value = root;
  for (const key of path) {
    if (value === unknownValue) return true;
    if (typeof value !== "object" || value === null) return false;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return hasUnknown(value);
}

/** What serves a dynamic resource; the engine passes it along with the properties to every verb. */
const servedBy = "__provider";

/** Properties without the serialised provider that every dynamic resource carries. */
export function ownProperties<T extends object>(properties: T): T {
  const own = Object.entries(properties).filter(([key]) => key !== servedBy);
  return Object.fromEntries(own) as T;
}

/** A copy without undefined members, which the engine's protocol cannot carry. */
export function withoutUndefined<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutUndefined) as T;
  if (typeof value !== "object" || value === null) return value;
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(given.map(([key, member]) => [key, withoutUndefined(member as unknown)])) as T;
}

/**
 * The paths at which two values differ, in the engine's form: `trigger.threshold`, `tabs[0].name`. Members
 * that are undefined count as absent, and what serves a resource is no property of it.
 */
export function differingPaths(a: unknown, b: unknown, at = ""): string[] {
  if (isDeepStrictEqual(a, b)) return [];
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
    return a.flatMap((item, i) => differingPaths(item, b[i], `${at}[${i}]`));
  if (!isObject(a) || !isObject(b)) return [at];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => key !== servedBy);
  return keys.flatMap((key) => differingPaths(a[key], b[key], at === "" ? key : `${at}.${key}`));
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
