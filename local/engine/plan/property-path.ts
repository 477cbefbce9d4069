import {
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  Secret,
} from "../values/property.js";

/** A place in a resource's properties: names, indices, and `*` for every element. */
export type PropertyPath = readonly (string | number)[];

const token = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g;

/** Reads Pulumi's notation: `a.b[0].c`, `a["x.y"]`, `a[*]`, `*`. */
export function parsePath(text: string): PropertyPath {
  return [...text.matchAll(token)].map(([, quoted, index, name]) => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/g, "$1");
    if (index !== undefined) return index === "*" ? "*" : Number(index);
    return name ?? "";
  });
}

/** Writes a path in Pulumi's notation. */
export function formatPath(path: PropertyPath): string {
  return path
    .map((part, position) => {
      if (typeof part === "number") return `[${part}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(part)) return `["${part.replace(/["\\]/g, "\\$&")}"]`;
      return position === 0 ? part : `.${part}`;
    })
    .join("");
}

/** Whether a path names the other one or something that contains it. */
export function containsPath(path: PropertyPath, other: PropertyPath): boolean {
  return path.length <= other.length && path.every((part, index) => part === "*" || part === other[index]);
}

/**
 * Puts the old values back at the given paths, as `ignoreChanges` asks.
 * @returns the new properties, and the paths that could not be applied because an element came or went
 */
export function resetPaths(
  oldInputs: PropertyMap,
  newInputs: PropertyMap,
  paths: readonly string[],
): { readonly inputs: PropertyMap; readonly impossible: readonly string[] } {
  let inputs = newInputs;
  const impossible: string[] = [];
  for (const text of paths) {
    const reset = resetIn(oldInputs, inputs, parsePath(text));
    // Only maps go in at the top, so only maps come out.
    if (reset === undefined) impossible.push(text);
    else inputs = reset as PropertyMap;
  }
  return { inputs, impossible };
}

/** @returns undefined when the path does not exist on both sides as far as its last part */
function resetIn(
  before: PropertyValue | undefined,
  now: PropertyValue | undefined,
  path: PropertyPath,
): PropertyValue | undefined {
  const [part, ...rest] = path;
  if (part === undefined) return before;
  if (before instanceof Secret || now instanceof Secret) {
    const inner = resetIn(bare(before), bare(now), path);
    return inner === undefined || !(now instanceof Secret) ? inner : new Secret(inner);
  }
  if (isPropertyList(before) && isPropertyList(now)) return resetInList(before, now, part, rest);
  if (isPropertyMap(before) && isPropertyMap(now)) return resetInMap(before, now, part, rest);
  return undefined;
}

const bare = (value: PropertyValue | undefined): PropertyValue | undefined =>
  value instanceof Secret ? value.value : value;

function resetInList(
  before: readonly PropertyValue[],
  now: readonly PropertyValue[],
  part: string | number,
  rest: PropertyPath,
): PropertyValue | undefined {
  if (part === "*") {
    if (before.length !== now.length) return undefined;
    const items = now.map((item, index) => resetIn(before[index], item, rest));
    return items.some((item) => item === undefined) ? undefined : (items as PropertyValue[]);
  }
  if (typeof part !== "number" || part >= before.length || part >= now.length) return undefined;
  const item = resetIn(before[part], now[part], rest);
  return item === undefined ? undefined : now.with(part, item);
}

function resetInMap(
  before: PropertyMap,
  now: PropertyMap,
  part: string | number,
  rest: PropertyPath,
): PropertyValue | undefined {
  if (part === "*") {
    const names = new Set([...Object.keys(before), ...Object.keys(now)]);
    let result: PropertyValue | undefined = now;
    for (const name of names)
      result = isPropertyMap(result) ? resetInMap(before, result, name, rest) : undefined;
    return result;
  }
  const name = String(part);
  if (rest.length > 0) {
    const item = resetIn(before[name], now[name], rest);
    return item === undefined ? undefined : { ...now, [name]: item };
  }
  // A property that was not there before goes away again, and one that was comes back.
  if (name in before) return { ...now, [name]: before[name] ?? null };
  return Object.fromEntries(Object.entries(now).filter(([other]) => other !== name));
}
