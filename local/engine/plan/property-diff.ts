import { type PropertyChange } from "../events.js";
import {
  equalValues,
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  reveal,
} from "../values/property.js";
import { formatPath, type PropertyPath } from "./property-path.js";

export type DetailedDiff = Record<string, PropertyChange>;

/**
 * The paths at which two property maps differ, as deep as both sides have the same shape. Whether a value is
 * a secret makes no difference, only what it is; an unknown differs from everything.
 * @param replaceKeys top-level properties whose change forces a replacement
 */
export function diffProperties(
  before: PropertyMap,
  after: PropertyMap,
  replaceKeys: readonly string[] = [],
): DetailedDiff {
  const diff: DetailedDiff = {};
  const report = (path: PropertyPath, kind: PropertyChange["kind"]): void => {
    diff[formatPath(path)] = { kind, replace: replaceKeys.includes(String(path[0])) };
  };
  diffMaps([], before, after, report);
  return diff;
}

type Report = (path: PropertyPath, kind: PropertyChange["kind"]) => void;

function diffMaps(path: PropertyPath, before: PropertyMap, after: PropertyMap, report: Report): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
    diffValues([...path, name], before[name], after[name], report);
}

function diffValues(
  path: PropertyPath,
  before: PropertyValue | undefined,
  after: PropertyValue | undefined,
  report: Report,
): void {
  const [a, b] = [before && reveal(before), after && reveal(after)];
  if (a === undefined) {
    if (b !== undefined) report(path, "add");
  } else if (b === undefined) report(path, "delete");
  else if (isPropertyMap(a) && isPropertyMap(b)) diffMaps(path, a, b, report);
  else if (isPropertyList(a) && isPropertyList(b)) {
    for (let index = 0; index < Math.max(a.length, b.length); index++)
      diffValues([...path, index], a[index], b[index], report);
  } else if (!equalValues(a, b)) report(path, "update");
}

/** The names of the top-level properties at or below which two maps differ. */
export function changedKeys(before: PropertyMap, after: PropertyMap): string[] {
  const differs = (name: string): boolean => {
    const only = (map: PropertyMap): PropertyMap => (name in map ? { [name]: map[name] ?? null } : {});
    return Object.keys(diffProperties(only(before), only(after))).length > 0;
  };
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(differs);
}
