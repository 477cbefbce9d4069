import { stringify } from "yaml";
import { type EnvFormat, withheldComments } from "../variable.js";

/** A Kubernetes Secret for `envFrom: [{ secretRef: { name: o2cqrs-env } }]`. */
export const kubernetesSecret: EnvFormat = ({ variables, withheld }) => {
  const manifest = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "o2cqrs-env", labels: { "app.kubernetes.io/managed-by": "o2cqrs" } },
    type: "Opaque",
    stringData: Object.fromEntries(variables.map(({ name, value }) => [name, value])),
  };
  return [
    stringify(manifest, {
      defaultStringType: "QUOTE_DOUBLE",
      defaultKeyType: "PLAIN",
      lineWidth: 0,
    }).trimEnd(),
    ...withheldComments(withheld),
    "",
  ].join("\n");
};
