import { type EnvFormat, withheldComments } from "../variable.js";

/** `export` lines for a POSIX shell: `eval "$(o2cqrs env --format shell)"`. */
export const shell: EnvFormat = ({ variables, withheld }) =>
  [
    ...variables.map(({ name, value }) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`),
    ...withheldComments(withheld),
    "",
  ].join("\n");
