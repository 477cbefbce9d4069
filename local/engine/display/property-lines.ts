import { type StepDescription } from "../events.js";
import { parsePath } from "../plan/property-path.js";
import {
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  Secret,
} from "../values/property.js";
import { shortText } from "../values/text.js";

/** The provider's own code is an input like any other, but nobody wants to read it. */
const hidden = "__provider";

/** One line for each changed property, with its old and new value: `~ size: 1 => 5`. */
export function propertyLines({ diff, oldInputs = {}, newInputs = {} }: StepDescription): string[] {
  return Object.entries(diff).map(([path, { kind, replace }]) => {
    const suffix = replace ? "  (forces replacement)" : "";
    if (path === hidden) return `~ ${path}: the provider's code changed${suffix}`;
    const [before, after] = [valueAt(oldInputs, path), valueAt(newInputs, path)];
    if (kind === "add") return `+ ${path}: ${shown(after)}${suffix}`;
    if (kind === "delete") return `- ${path}: ${shown(before)}${suffix}`;
    return `~ ${path}: ${shown(before)} => ${shown(after)}${suffix}`;
  });
}

/** The value at a path; a secret on the way makes what is inside it secret too. */
function valueAt(map: PropertyMap, path: string): PropertyValue | undefined {
  let value: PropertyValue | undefined = map;
  let secret = false;
  for (const part of parsePath(path)) {
    while (value instanceof Secret) {
      secret = true;
      value = value.value;
    }
    if (isPropertyList(value)) value = value[Number(part)];
    else value = isPropertyMap(value) ? value[part] : undefined;
  }
  return secret && value !== undefined ? new Secret(value) : value;
}

function shown(value: PropertyValue | undefined): string {
  if (value === undefined) return "(unset)";
  return typeof value === "string" ? JSON.stringify(shortText(value)) : shortText(value);
}
