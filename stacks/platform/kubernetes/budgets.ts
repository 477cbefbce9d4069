import type { policy } from "./manifest.js";
import { type Component, metadataOf, selectorOf } from "./names.js";
import type { Options } from "./options.js";

/** Pods of a component leave one at a time when nodes are drained. */
export function budget(options: Options, component: Component) {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: metadataOf(component, options.namespace),
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: selectorOf(component) },
      // A pod that is not ready serves nobody: it must not hold up a drain.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  } satisfies policy.v1.PodDisruptionBudget;
}
