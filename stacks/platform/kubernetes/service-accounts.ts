import type { core } from "./manifest.js";
import { type Component, metadataOf } from "./names.js";
import type { Options } from "./options.js";

/** Components that read or write the object store. */
const reachStorage: readonly Component[] = [
  "router",
  "ingester",
  "querier",
  "compactor",
  "alertmanager",
  "backup",
];

/**
 * The identity of a component's pods. None speaks to the API server, so none is given a token; in a cloud it
 * may stand for an identity that may use the bucket.
 */
export function serviceAccount(options: Options, component: Component) {
  const { access, serviceAccountAnnotations } = options.storage;
  const annotated =
    access === "identity" &&
    reachStorage.includes(component) &&
    Object.keys(serviceAccountAnnotations).length > 0;
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      ...metadataOf(component, options.namespace),
      ...(annotated && { annotations: serviceAccountAnnotations }),
    },
    automountServiceAccountToken: false,
  } satisfies core.v1.ServiceAccount;
}
