import {
  containsSecret,
  isPropertyList,
  isPropertyMap,
  mapProperties,
  type PropertyMap,
  type PropertyValue,
  Secret,
  withoutSecrets,
} from "./property.js";

/**
 * Marks what a provider answered with the secrets of what it was asked, because dynamic providers receive
 * bare values and cannot mark anything themselves: an answer at the place of a secret is a secret.
 */
export function inheritSecrets(answer: PropertyMap, asked: PropertyMap): PropertyMap {
  return mapProperties(answer, (value, name) => inheritSecret(value, asked[name]));
}

function inheritSecret(answer: PropertyValue, asked: PropertyValue | undefined): PropertyValue {
  if (asked === undefined || answer instanceof Secret) return answer;
  if (asked instanceof Secret) return new Secret(answer);
  // Elements may come back in another order, so one secret makes the whole list secret.
  if (isPropertyList(asked) && containsSecret(asked)) return new Secret(withoutSecrets(answer));
  if (isPropertyMap(answer) && isPropertyMap(asked)) return inheritSecrets(answer, asked);
  return answer;
}

/**
 * Makes outputs secret whose name was declared secret, and those whose input of the same name is one:
 * an output that echoes a secret input must not leak it.
 */
export function protectOutputs(
  outputs: PropertyMap,
  inputs: PropertyMap,
  additional: readonly string[],
): PropertyMap {
  return mapProperties(outputs, (value, name) =>
    !(value instanceof Secret) && (additional.includes(name) || inputs[name] instanceof Secret)
      ? new Secret(value)
      : value,
  );
}

/** Whether any property holds a secret. */
export function hasSecrets(map: PropertyMap): boolean {
  return Object.values(map).some(containsSecret);
}
