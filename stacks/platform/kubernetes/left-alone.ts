import { scaledComponents } from "./autoscalers.js";
import type { Manifest } from "./manifest.js";
import { nameOf } from "./names.js";

/**
 * Paths that a deployment sets when it makes an object, and never again: how many pods a workload has, once its
 * autoscaler decides, and the claims of a stateful set, which cannot change; to ask for larger ones would replace
 * the set, and so stop all of its pods at once.
 */
export function leftAlone({ kind, metadata }: Manifest): string[] {
  const scaled = scaledComponents.some((component) => nameOf(component) === metadata.name);
  return [
    ...(scaled && ["Deployment", "StatefulSet"].includes(kind) ? ["spec.replicas"] : []),
    ...(kind === "StatefulSet" ? ["spec.volumeClaimTemplates"] : []),
  ];
}
