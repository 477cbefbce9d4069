import { isDeepStrictEqual } from "node:util";

/** A secret, as Pulumi and the embedded engine print it. */
export const hidden = "[secret]";

/** Paths of the values in which two structures differ, as deep as they can be told apart. */
export function differingPaths(before: unknown, after: unknown, path = ""): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  const keys = commonKeys(before, after);
  if (keys === undefined) return [path];
  return keys.flatMap((key) => differingPaths(child(before, key), child(after, key), join(path, key)));
}

/** Paths of the secrets in a structure: a preview does not tell whether they change. */
export function hiddenPaths(value: unknown, path = ""): string[] {
  if (value === hidden) return [path];
  const keys = commonKeys(value, value);
  return keys?.flatMap((key) => hiddenPaths(child(value, key), join(path, key))) ?? [];
}

/** Keys of two lists or of two objects; undefined when they cannot be compared part by part. */
function commonKeys(before: unknown, after: unknown): (string | number)[] | undefined {
  if (Array.isArray(before) && Array.isArray(after))
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index);
  if (!isObject(before) || !isObject(after)) return undefined;
  return [...new Set([...Object.keys(before), ...Object.keys(after)])];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const child = (value: unknown, key: string | number): unknown =>
  (value as Record<string | number, unknown>)[key];

/** `trigger.periodMinutes`, `tabs[0].title`, `labels["app.kubernetes.io/name"]`. */
function join(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${key}]`;
  if (!/^\w+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
