import type { Api, KubeObject } from "./api.js";
import { isReady } from "./control-plane.js";

export const componentOf = (object: KubeObject): string =>
  object.metadata.labels?.["app.kubernetes.io/component"] ?? "";

/** How many pods of each component serve: ready, and not asked to stop. */
export function serving(pods: Iterable<KubeObject>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const pod of pods)
    if (isReady(pod) && pod.metadata.deletionTimestamp === undefined)
      counts.set(componentOf(pod), (counts.get(componentOf(pod)) ?? 0) + 1);
  return counts;
}

/** Does something, and answers with the least pods of each component that ever served meanwhile. */
export async function leastDuring(
  api: Api,
  act: () => Promise<void>,
): Promise<Readonly<Record<string, number>>> {
  const watch = await PodWatch.start(api);
  try {
    await act();
  } finally {
    await watch.stop();
  }
  return Object.fromEntries(watch.least);
}

/** Follows the pods of a namespace, and keeps the least that each component ever had. */
class PodWatch {
  readonly #pods = new Map<string, KubeObject>();
  readonly #end = new AbortController();
  readonly least = new Map<string, number>();
  #following: Promise<void> = Promise.resolve();

  static async start(api: Api, namespace = "openobserve"): Promise<PodWatch> {
    const watch = new PodWatch();
    const { items, resourceVersion } = await api.snapshot("v1", "Pod", namespace);
    for (const pod of items) watch.#pods.set(pod.metadata.name, pod);
    for (const [component, count] of serving(items)) watch.least.set(component, count);
    watch.#following = watch.#follow(api, namespace, resourceVersion);
    return watch;
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#following;
  }

  async #follow(api: Api, namespace: string, since: string): Promise<void> {
    try {
      for await (const { type, object } of api.watch("v1", "Pod", namespace, since, this.#end.signal)) {
        if (type === "DELETED") this.#pods.delete(object.metadata.name);
        else this.#pods.set(object.metadata.name, object);
        const counts = serving(this.#pods.values());
        for (const [component, least] of this.least)
          this.least.set(component, Math.min(least, counts.get(component) ?? 0));
      }
    } catch (error) {
      if (!this.#end.signal.aborted) throw error;
    }
  }
}
