import { leftAlone } from "../../stacks/platform/kubernetes/left-alone.js";
import type { Manifest } from "../../stacks/platform/kubernetes/manifest.js";
import { kubernetesManifests } from "../../stacks/platform/kubernetes/manifests.js";
import { platformLabels } from "../../stacks/platform/kubernetes/names.js";
import { type KubernetesOptions, kubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import { secretDefinitions } from "../../stacks/platform/kubernetes/secrets.js";
import { type Api, type KubeObject, until } from "./api.js";

/** Everything that a deployment registers, in its order, with secrets whose values are of no matter here. */
export function everything(input: KubernetesOptions): Manifest[] {
  const options = kubernetesOptions.parse(input);
  const manifests = kubernetesManifests(input);
  const secrets = options.externalSecrets === undefined ? secretDefinitions(options) : [];
  const base = manifests.filter(({ metadata }) => metadata.namespace === undefined);
  return [
    ...base,
    ...secrets.map(({ name, type, keys }) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: options.namespace, labels: platformLabels },
      type,
      data: Object.fromEntries(Object.keys(keys).map((key) => [key, Buffer.from(key).toString("base64")])),
    })),
    ...manifests.slice(base.length),
  ];
}

/** Makes or changes everything, and leaves alone what the stack leaves alone. */
export async function deploy(api: Api, options: KubernetesOptions): Promise<void> {
  for (const manifest of everything(options)) {
    const live = leftAlone(manifest).length > 0 ? await api.get(manifest) : undefined;
    await api.apply(live === undefined ? manifest : withLeftAlone(manifest, live));
  }
}

/** The manifest with the values that the live object has at the paths that a deployment sets only once. */
function withLeftAlone(manifest: Manifest, live: KubeObject): Manifest {
  const fields = leftAlone(manifest).map((path) => path.replace(/^spec\./, ""));
  const kept = Object.fromEntries(fields.map((field) => [field, live.spec?.[field]]));
  return { ...manifest, spec: { ...(manifest.spec as object), ...kept } };
}

interface Progress {
  readonly spec: { readonly replicas: number };
  readonly status: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
  };
  readonly metadata: { readonly generation: number };
}

/** Whether every pod of a workload is of its newest template, ready, and has been for long enough. */
function isSettled(workload: KubeObject): boolean {
  const { spec, status, metadata } = workload as unknown as Progress;
  return (
    status.observedGeneration === metadata.generation &&
    [status.replicas, status.updatedReplicas, status.readyReplicas, status.availableReplicas].every(
      (count) => (count ?? 0) === spec.replicas,
    )
  );
}

export async function workloads(api: Api, namespace = "openobserve"): Promise<KubeObject[]> {
  const lists = await Promise.all(
    ["Deployment", "StatefulSet"].map((kind) => api.list("apps/v1", kind, namespace)),
  );
  return lists.flat();
}

/** Waits until every workload has all its pods, and as many as its autoscaler wants at least. */
export async function settled(api: Api, namespace = "openobserve"): Promise<void> {
  await until("every workload is ready", async () => {
    const scalers = await api.list("autoscaling/v2", "HorizontalPodAutoscaler", namespace);
    const least = new Map(
      scalers.map(({ metadata, spec }) => [metadata.name, (spec as { minReplicas: number }).minReplicas]),
    );
    const waiting = (await workloads(api, namespace)).filter(
      (workload) =>
        !isSettled(workload) ||
        (workload.spec as { replicas: number }).replicas < (least.get(workload.metadata.name) ?? 0),
    );
    return waiting.length === 0 || `waiting for ${waiting.map(({ metadata }) => metadata.name).join(", ")}`;
  });
}
