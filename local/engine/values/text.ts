import {
  isPropertyList,
  isPropertyMap,
  mapProperties,
  type PropertyMap,
  type PropertyValue,
  Secret,
  Unknown,
} from "./property.js";

/** Plain JSON of a value for human eyes: secrets as `[secret]`, unknowns as `[unknown]`. */
export function redact(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return "[secret]";
  if (value instanceof Unknown) return "[unknown]";
  if (isPropertyList(value)) return value.map(redact);
  if (isPropertyMap(value)) return redactMap(value);
  return value;
}

/** Plain JSON of every property, secrets and unknowns replaced by their names. */
export function redactMap(map: PropertyMap): PropertyMap {
  return mapProperties(map, redact);
}

const shortLength = 80;

/** A value for a message: redacted, strings bare, cut when long. */
export function shortText(value: PropertyValue | undefined): string {
  const shown = redact(value ?? null);
  const text = typeof shown === "string" ? shown : JSON.stringify(shown);
  return text.length > shortLength ? `${text.slice(0, shortLength)}…` : text;
}
