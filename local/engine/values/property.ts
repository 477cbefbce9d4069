/**
 * The engine's own form of a resource's properties. Assets, archives and resource references keep the tagged
 * objects they travel as; secrets and unknowns, which the engine itself reasons about, are classes.
 */
export type PropertyValue =
  null | boolean | number | string | readonly PropertyValue[] | PropertyMap | Secret | Unknown;

/** Properties by name. */
export interface PropertyMap {
  [name: string]: PropertyValue;
}

/** A value that must never be shown or stored in plaintext. */
export class Secret {
  constructor(readonly value: PropertyValue) {}

  /** Keeps the value out of every JSON that is not meant for it. */
  toJSON(): string {
    return "[secret]";
  }
}

/** A value that is only known after the deployment; occurs in previews only. */
export class Unknown {
  static readonly instance = new Unknown();
  readonly kind = "unknown";

  toJSON(): string {
    return "[unknown]";
  }
}

/** Whether a value is a plain object, as opposed to a list, a secret or an unknown. */
export function isPropertyMap(value: PropertyValue | undefined): value is PropertyMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Unknown)
  );
}

/** Whether a value is a list. `Array.isArray` alone does not narrow a readonly array. */
export function isPropertyList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

/** The value without its outermost secret wrapper. */
export function reveal(value: PropertyValue): PropertyValue {
  return value instanceof Secret ? reveal(value.value) : value;
}

/** Applies a function to every leaf and wrapper of a value, innermost first. */
export function mapValue(
  value: PropertyValue,
  change: (value: PropertyValue) => PropertyValue,
): PropertyValue {
  if (value instanceof Secret) return change(new Secret(mapValue(value.value, change)));
  if (isPropertyList(value)) return change(value.map((item) => mapValue(item, change)));
  if (isPropertyMap(value)) return change(mapProperties(value, (item) => mapValue(item, change)));
  return change(value);
}

/** Applies a function to every property of a map. */
export function mapProperties(
  map: PropertyMap,
  change: (value: PropertyValue, name: string) => PropertyValue,
): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value, name)]));
}

/** The value with every secret wrapper inside it removed. */
export function withoutSecrets(value: PropertyValue): PropertyValue {
  return mapValue(value, reveal);
}

/** Whether a predicate holds for the value or anything inside it. */
export function someValue(value: PropertyValue, test: (value: PropertyValue) => boolean): boolean {
  if (test(value)) return true;
  if (value instanceof Secret) return someValue(value.value, test);
  if (isPropertyList(value)) return value.some((item) => someValue(item, test));
  if (isPropertyMap(value)) return Object.values(value).some((item) => someValue(item, test));
  return false;
}

/** Whether a secret occurs anywhere in the value. */
export function containsSecret(value: PropertyValue): boolean {
  return someValue(value, (item) => item instanceof Secret);
}

/** Structural equality; a secret equals only a secret of an equal value, an unknown equals nothing. */
export function equalValues(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
  if (a instanceof Unknown || b instanceof Unknown) return false;
  if (a instanceof Secret || b instanceof Secret)
    return a instanceof Secret && b instanceof Secret && equalValues(a.value, b.value);
  if (isPropertyList(a) || isPropertyList(b))
    return (
      isPropertyList(a) &&
      isPropertyList(b) &&
      a.length === b.length &&
      a.every((item, index) => equalValues(item, b[index]))
    );
  if (isPropertyMap(a) || isPropertyMap(b)) return isPropertyMap(a) && isPropertyMap(b) && equalMaps(a, b);
  return a === b;
}

/** Structural equality of two maps. */
export function equalMaps(a: PropertyMap, b: PropertyMap): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equalValues(a[name], b[name]))
  );
}
