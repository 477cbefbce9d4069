import { type EnvFormat, withheldComments } from "../variable.js";

/** PowerShell assignments. PowerShell takes typographic single quotes for quotes too, so all are doubled. */
export const powershell: EnvFormat = ({ variables, withheld }) =>
  [
    ...variables.map(({ name, value }) => `$env:${name} = '${value.replace(/['‘’‚‛]/g, "$&$&")}'`),
    ...withheldComments(withheld),
    "",
  ].join("\n");
