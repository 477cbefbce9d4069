import { type Api, type KubeObject } from "./api.js";

interface ClusterSpec {
  readonly instances: number;
  readonly imageName: string;
  readonly priorityClassName: string;
  readonly inheritedMetadata: { readonly labels: Readonly<Record<string, string>> };
  readonly affinity: { readonly podAntiAffinityType: string; readonly topologyKey: string };
  readonly resources: object;
}

/**
 * What CloudNativePG makes of a cluster, as far as nodes and budgets are concerned: its instances, kept apart as
 * the cluster says, of which a budget lets one go. That the operator first hands the primary's part to another
 * instance is not played.
 */
export async function playOperator(api: Api, cluster: KubeObject): Promise<void> {
  const { name, namespace } = cluster.metadata;
  const spec = cluster.spec as unknown as ClusterSpec;
  const labels = { ...spec.inheritedMetadata.labels, "cnpg.io/cluster": name };
  const metadata = { name, ...(namespace !== undefined && { namespace }), labels };
  const selector = { matchLabels: { "cnpg.io/cluster": name } };
  const apart = { labelSelector: selector, topologyKey: spec.affinity.topologyKey };
  const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  await api.apply({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata,
    spec: { minAvailable: spec.instances - 1, selector },
  });
  await api.apply({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata,
    spec: {
      replicas: spec.instances,
      podManagementPolicy: "Parallel",
      serviceName: name,
      selector,
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: spec.priorityClassName,
          affinity:
            spec.affinity.podAntiAffinityType === "required"
              ? { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } }
              : {},
          securityContext: { runAsNonRoot: true, runAsUser: 26, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "postgres",
              image: spec.imageName,
              resources: spec.resources,
              securityContext: restricted,
            },
          ],
        },
      },
    },
  });
}
