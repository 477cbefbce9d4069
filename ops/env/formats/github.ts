import { randomUUID } from "node:crypto";
import { type EnvFormat } from "../variable.js";

/**
 * Lines for the file that `$GITHUB_ENV` names, every value between a delimiter that no value can hold.
 * Values that are secret there should be masked with `::add-mask::` first.
 */
export const github: EnvFormat = ({ variables }) => {
  const delimiter = `end-${randomUUID()}`;
  return variables.map(({ name, value }) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`).join("");
};
