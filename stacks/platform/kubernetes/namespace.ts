import type { core } from "./manifest.js";
import { platformLabels } from "./names.js";
import type { Options } from "./options.js";

/** The namespace, in which the API server refuses pods that break the restricted standard. */
export const namespace = (options: Options) =>
  ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: options.namespace,
      labels: {
        ...platformLabels,
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "latest",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/warn-version": "latest",
      },
    },
  }) satisfies core.v1.Namespace;
