import { configKeys, configNamespace, productionNames } from "@o2cqrs/stacks/config";
import type { Facts } from "./resource.js";

/**
 * What the rules may know of a stack.
 *
 * @param config the stack's whole config by full key, secrets in plain text, as a policy pack is given it
 */
export function factsOf(stack: string, config: Readonly<Record<string, string>>): Facts {
  const value = (key: string) => config[`${configNamespace}:${key}`] ?? "";
  const secretKeys = Object.entries(configKeys).filter(
    ([, { secret }]: [string, { secret?: boolean }]) => secret === true,
  );
  return {
    production: productionNames.includes(value("environment") || stack),
    secrets: secretKeys.map(([key]) => value(key)).filter((secret) => secret !== ""),
  };
}
