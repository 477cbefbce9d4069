import { type Api, ApiError, type KubeObject, until } from "./api.js";

export const nodeReference = (name: string) => ({ apiVersion: "v1", kind: "Node", metadata: { name } });

export const nodeOf = ({ spec }: KubeObject): string => (spec as { nodeName?: string }).nodeName ?? "";

/** Lets no new pod onto a node. */
export const cordon = (api: Api, node: string) =>
  api.patch(nodeReference(node), { spec: { unschedulable: true } });
export const uncordon = (api: Api, node: string) =>
  api.patch(nodeReference(node), { spec: { unschedulable: null } });

/** Asks every pod of a node to leave, as often as its budget says not yet, until none is left. */
export async function drain(api: Api, node: string, namespace = "openobserve"): Promise<void> {
  await cordon(api, node);
  await until(`${node} is empty`, async () => {
    const here = (await api.list("v1", "Pod", namespace)).filter(
      (pod) => nodeOf(pod) === node && pod.metadata.deletionTimestamp === undefined,
    );
    for (const pod of here) await api.evict(pod).catch(refusedForNow);
    return here.length === 0;
  });
}

/** A budget holds the eviction back, or the pod has gone meanwhile. */
function refusedForNow(error: unknown): void {
  if (!(error instanceof ApiError && (error.status === 429 || error.status === 404))) throw error;
}
