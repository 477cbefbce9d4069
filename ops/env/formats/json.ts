import { type EnvFormat } from "../variable.js";

/** One JSON object, names to values. */
export const json: EnvFormat = ({ variables }) =>
  `${JSON.stringify(Object.fromEntries(variables.map(({ name, value }) => [name, value])), null, 2)}\n`;
