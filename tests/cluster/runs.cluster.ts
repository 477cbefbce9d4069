import { kubernetesManifests } from "../../stacks/platform/kubernetes/manifests.js";
import { components, nameOf } from "../../stacks/platform/kubernetes/names.js";
import type { KubernetesOptions } from "../../stacks/platform/kubernetes/options.js";
import { type SizeName, sizes } from "../../stacks/platform/kubernetes/sizes.js";
import { ApiError, type KubeObject, minutes, until } from "./api.js";
import { ControlPlane, describeWithCluster, isReady, nodes, zones } from "./control-plane.js";
import { deploy, everything, settled, workloads } from "./deployment.js";
import { cordon, drain, nodeOf, nodeReference, uncordon } from "./drain.js";
import { componentOf, leastDuring, serving } from "./pod-watch.js";

const namespace = "openobserve";
const zoneOf = (pod: KubeObject): string => nodes.find(({ name }) => name === nodeOf(pod))?.zone ?? "";

/** Components that always have pods, with how many a size starts with. */
const running = components.filter((component) => !["postgres", "object-store", "backup"].includes(component));
const wanted = (size: SizeName): Record<string, number> =>
  Object.fromEntries(running.map((component) => [component, sizes[size][component].replicas]));
const oneLess = (size: SizeName): Record<string, number> =>
  Object.fromEntries(Object.entries(wanted(size)).map(([component, count]) => [component, count - 1]));

// Each wait ends at its event; only a machine that does much besides comes near this.
jest.setTimeout(minutes(10));

describeWithCluster("OpenObserve on six nodes in three zones", () => {
  let plane: ControlPlane;
  let before: readonly string[];
  beforeAll(async () => {
    plane = await ControlPlane.start();
    before = await inventory();
  });
  afterAll(() => plane.stop());

  const pods = () => plane.api.list("v1", "Pod", namespace);
  const counts = async () => Object.fromEntries(serving(await pods()));

  /** What there is in the cluster, but for what the control plane notes down for itself. */
  async function inventory(): Promise<string[]> {
    const kinds = (await plane.api.kinds()).filter(({ kind }) => !["Event", "Lease"].includes(kind));
    const lists = await Promise.all(
      kinds.map(({ apiVersion, kind }) => plane.api.list(apiVersion, kind).catch(unlistable)),
    );
    return lists
      .flat()
      .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`)
      .sort();
  }

  /** In no zone a component has more than one pod more than in another. */
  async function expectSpread(size: string): Promise<void> {
    const now = (await pods()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const uneven = running.flatMap((component) => {
      const own = now.filter((pod) => componentOf(pod) === component);
      const perZone = zones.map((zone) => own.filter((pod) => zoneOf(pod) === zone).length);
      return Math.max(...perZone) - Math.min(...perZone) > 1 ? [`${component} ${perZone.join("/")}`] : [];
    });
    expect({ size, uneven }).toEqual({ size, uneven: [] });
  }

  /** Pods that every role has, ready, wherever they are; whether they have been for long enough does not matter. */
  const allReady = (size: SizeName) =>
    until("every pod is ready", async () => {
      const now = await counts();
      return running.every((component) => now[component] === wanted(size)[component]) || JSON.stringify(now);
    });

  it("becomes ready, within a quota of exactly what it asks for", async () => {
    const manifests = everything({ size: "small" });
    await plane.api.apply(manifests[0]!);
    await plane.api.apply(quotaOf({ size: "small" }));
    await deploy(plane.api, { size: "small" });
    await settled(plane.api);
    expect(await counts()).toEqual(wanted("small"));
    const quota = await plane.api.get(quotaOf({ size: "small" }));
    expect(quota?.status?.used).toEqual(quota?.status?.hard);
    await plane.api.delete(quotaOf({ size: "small" }));
  });

  it("is spread: zones differ by one pod at most, and no two pods of a component share a node", async () => {
    await expectSpread("small");
    for (const component of running) {
      const own = (await pods()).filter((pod) => componentOf(pod) === component);
      expect({ component, nodes: new Set(own.map(nodeOf)).size }).toEqual({ component, nodes: own.length });
    }
  });

  it("has a volume for each pod that keeps something", async () => {
    const claims = await plane.api.list("v1", "PersistentVolumeClaim", namespace);
    expect(claims.map(({ status }) => status?.phase)).toEqual(claims.map(() => "Bound"));
    const keeping = ["ingester", "querier", "nats"] as const;
    expect(claims.map(({ metadata }) => metadata.name).sort()).toEqual(
      keeping
        .flatMap((component) =>
          Array.from({ length: sizes.small[component].replicas }, (_, i) => `data-${nameOf(component)}-${i}`),
        )
        .sort(),
    );
  });

  it("gives its accounts no right to anything of the API", async () => {
    const verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
    const kinds = [
      ["", "secrets"],
      ["", "pods"],
      ["", "configmaps"],
      ["apps", "deployments"],
      ["", "nodes"],
    ];
    const accounts = await plane.api.list("v1", "ServiceAccount", namespace);
    const allowed: string[] = [];
    for (const { metadata } of accounts)
      for (const [group, resource] of kinds)
        for (const verb of verbs) {
          const { status } = await plane.api.create({
            apiVersion: "authorization.k8s.io/v1",
            kind: "SubjectAccessReview",
            metadata: { name: "" },
            spec: {
              user: `system:serviceaccount:${namespace}:${metadata.name}`,
              groups: [
                "system:serviceaccounts",
                `system:serviceaccounts:${namespace}`,
                "system:authenticated",
              ],
              resourceAttributes: { namespace, group, resource, verb },
            },
          });
          if (status?.allowed !== false) allowed.push(`${metadata.name} may ${verb} ${resource}`);
        }
    expect(accounts.length).toBeGreaterThan(running.length);
    expect(allowed).toEqual([]);
  });

  it("lets its accounts do nothing that an account which nobody has made could not do", async () => {
    const stranger = await plane.api.rulesOf("default", "nobody");
    // Everybody may ask what they may do, and that is all.
    expect(JSON.stringify(stranger)).toContain("selfsubjectaccessreviews");
    for (const { metadata } of await plane.api.list("v1", "ServiceAccount", namespace))
      expect({ account: metadata.name, rules: await plane.api.rulesOf(namespace, metadata.name) }).toEqual({
        account: metadata.name,
        rules: stranger,
      });
  });

  it("keeps all but one pod of every component while each node is drained in turn, and NATS its quorum", async () => {
    const least = await leastDuring(plane.api, async () => {
      for (const { name } of nodes) {
        await drain(plane.api, name);
        await allReady("small");
        await uncordon(plane.api, name);
      }
    });
    for (const [component, count] of Object.entries(oneLess("small")))
      expect({ component, kept: least[component]! >= count }).toEqual({ component, kept: true });
    expect(least.nats).toBeGreaterThanOrEqual(2);
  });

  it("refuses to let a second ingester go before the first is back", async () => {
    const own = (await pods()).filter((pod) => componentOf(pod) === "ingester");
    // No node takes pods, so the first cannot be back.
    for (const { name } of nodes) await cordon(plane.api, name);
    await plane.api.evict(own[0]!);
    await until("the first is gone", async () => (await counts()).ingester === 1);
    await expect(plane.api.evict(own[1]!)).rejects.toThrow(/disruption budget/);
    for (const { name } of nodes) await uncordon(plane.api, name);
    await allReady("small");
  });

  it("keeps every role available while another release goes through", async () => {
    const least = await leastDuring(plane.api, async () => {
      await deploy(plane.api, newer);
      await settled(plane.api);
    });
    const sets = (await workloads(plane.api)).filter(({ kind }) => kind === "StatefulSet").map(componentOf);
    for (const component of running) {
      const atLeast = sets.includes(component) ? oneLess("small") : wanted("small");
      expect({ component, kept: least[component]! >= atLeast[component]! }).toEqual({
        component,
        kept: true,
      });
    }
    const images = (await pods()).flatMap(({ spec }) =>
      (spec as { containers: { image: string }[] }).containers.map(({ image }) => image),
    );
    expect(images.filter((image) => image.includes("/openobserve:"))).toHaveLength(10);
    expect(images.filter((image) => image.endsWith("openobserve:v9.9.9"))).toHaveLength(10);
  });

  it("grows to the medium and the large size and shrinks back, spread at each, and keeps every role available", async () => {
    const least = await leastDuring(plane.api, async () => {
      for (const size of ["medium", "large", "small"] as const) {
        await deploy(plane.api, { size });
        await allReady(size);
        await settled(plane.api);
        await expectSpread(size);
      }
    });
    for (const [component, count] of Object.entries(oneLess("small")))
      expect({ component, kept: least[component]! >= count }).toEqual({ component, kept: true });
  });

  it("outlives a zone: what is left serves at once, and what was lost starts elsewhere", async () => {
    const lost = nodes.filter(({ zone }) => zone === "a");
    const left = serving((await pods()).filter((pod) => zoneOf(pod) !== "a"));
    for (const component of running)
      expect({ component, left: (left.get(component) ?? 0) >= 1 }).toEqual({ component, left: true });
    expect(left.get("nats")).toBeGreaterThanOrEqual(2);
    for (const { name } of lost) await plane.api.delete(nodeReference(name));
    await until("every pod is in another zone", async () => {
      const now = await pods();
      return (
        running.every((component) => serving(now).get(component) === wanted("small")[component]) &&
        now.every((pod) => zoneOf(pod) !== "a" && isReady(pod))
      );
    });
    for (const { name } of lost) await plane.addNode(name);
  });

  it("leaves nothing in the cluster when it is deleted, its volumes included", async () => {
    for (const manifest of everything({ size: "small" }).reverse()) await plane.api.delete(manifest);
    await until("all is gone", async () => {
      const left = (await inventory()).filter((name) => !before.includes(name));
      return left.length === 0 || left.join(", ");
    });
  });
});

const newer: KubernetesOptions = {
  size: "small",
  images: { openobserve: { repository: "public.ecr.aws/zinclabs/openobserve", tag: "v9.9.9" } },
};

/** Some kinds can be made and not listed: they are questions. */
function unlistable(error: unknown): KubeObject[] {
  if (error instanceof ApiError && (error.status === 405 || error.status === 404)) return [];
  throw error;
}

/** A quota of the sum of what a deployment's pods ask for. */
function quotaOf(options: KubernetesOptions) {
  const size = options.size ?? "small";
  const total = (value: (component: (typeof running)[number]) => number) =>
    running.reduce((sum, component) => sum + sizes[size][component].replicas * value(component), 0);
  const memory = total((component) => sizes[size][component].memoryMi);
  const keeping = kubernetesManifests(options)
    .filter(({ kind }) => kind === "StatefulSet")
    .map(({ metadata }) => running.find((component) => nameOf(component) === metadata.name)!);
  return {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "exact", namespace },
    spec: {
      hard: {
        pods: String(total(() => 1)),
        "requests.cpu": `${total((component) => sizes[size][component].cpuMillis)}m`,
        "requests.memory": `${memory}Mi`,
        "limits.memory": `${memory}Mi`,
        "requests.storage": `${keeping.reduce((sum, each) => sum + sizes[size][each].replicas * sizes[size][each].diskGi, 0)}Gi`,
      },
    },
  };
}
