import { type Properties, unknown, type Value } from "./resource.js";

/**
 * A resource's properties as plain data. What Pulumi hands to a policy throws where a value is not known yet,
 * and a rule that stops there would say nothing of all that is known.
 */
export function snapshot(props: Readonly<Record<string, unknown>>): Properties {
  return Object.fromEntries(Object.keys(props).map((name) => [name, read(() => props[name])]));
}

function read(property: () => unknown): Value {
  let value: unknown;
  try {
    value = property();
  } catch (error) {
    if (error instanceof Error && error.message.includes("can't be known during preview")) return unknown;
    throw error;
  }
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return Array.from({ length: items.length }, (_, index) => read(() => items[index]));
  }
  if (typeof value === "object" && value !== null) return snapshot(value as Record<string, unknown>);
  return value as Value;
}
