import { stringify } from "yaml";
import { type EnvFormat, withheldComments } from "../variable.js";

/** The `environment` of a Compose service. Compose expands `$`, so it is doubled. */
export const compose: EnvFormat = ({ variables, withheld }) => {
  const environment = Object.fromEntries(
    variables.map(({ name, value }) => [name, value.replaceAll("$", "$$$$")]),
  );
  return [
    stringify(
      { environment },
      { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 },
    ).trimEnd(),
    ...withheldComments(withheld),
    "",
  ].join("\n");
};
