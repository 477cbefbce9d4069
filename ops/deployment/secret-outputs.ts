import { secretEnvNames } from "@o2cqrs/contract";
import { type StackOutputs } from "./deployer.js";

const hidden = "[secret]";

/** Names of output properties that hold credentials, wherever they stand. */
const secretNames = new Set<string>([...secretEnvNames, "token", "password", "secret", "headers"]);

/** The outputs with every credential's value replaced. */
export function hideSecrets(outputs: StackOutputs): StackOutputs {
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, hide(name, value)]));
}

function hide(name: string, value: unknown): unknown {
  if (secretNames.has(name)) return hidden;
  if (Array.isArray(value)) return value.map((item: unknown) => hide("", item));
  if (typeof value === "object" && value !== null) return hideSecrets(value as StackOutputs);
  return value;
}
