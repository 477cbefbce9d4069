import { components, type Component } from "../../stacks/platform/kubernetes/names.js";
import { sizes } from "../../stacks/platform/kubernetes/sizes.js";
import { profiles } from "../stacks/platform/kubernetes/support.js";
import { minutes } from "./api.js";
import { ControlPlane, describeWithCluster, nodes } from "./control-plane.js";
import { deploy, settled } from "./deployment.js";
import { drain, uncordon } from "./drain.js";
import { playOperator } from "./operator.js";
import { leastDuring, serving } from "./pod-watch.js";

/** Volumes are of the class that kwok provides. */
const options = { ...profiles.everything, storageClass: "kwok-volume" };
const size = sizes[options.size];
/** A job at night has no pod now; the store inside the cluster is for tests, and has one. */
const lasting = components.filter((component) => component !== "backup");
const wanted = Object.fromEntries(lasting.map((component) => [component, size[component].replicas]));

// Each wait ends at its event; only a machine that does much besides comes near this.
jest.setTimeout(minutes(10));

describeWithCluster("OpenObserve with all that can be asked for inside the cluster", () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await ControlPlane.start();
  });
  afterAll(() => plane.stop());

  it("becomes ready, the database's three instances on nodes of their own", async () => {
    await deploy(plane.api, options);
    const [cluster] = await plane.api.list("postgresql.cnpg.io/v1", "Cluster", "openobserve");
    await playOperator(plane.api, cluster!);
    await settled(plane.api);
    const pods = await plane.api.list("v1", "Pod", "openobserve");
    expect(Object.fromEntries(serving(pods))).toEqual(wanted);
    const instances = pods.filter(({ metadata }) => metadata.labels?.["cnpg.io/cluster"] !== undefined);
    expect(new Set(instances.map(({ spec }) => (spec as { nodeName: string }).nodeName)).size).toBe(3);
  });

  it("keeps two instances of the database and two servers of NATS while each node is drained", async () => {
    const least = await leastDuring(plane.api, async () => {
      for (const { name } of nodes) {
        await drain(plane.api, name);
        await uncordon(plane.api, name);
        await settled(plane.api);
      }
    });
    for (const component of lasting.filter((each: Component) => each !== "object-store"))
      expect({ component, kept: least[component]! >= wanted[component]! - 1 }).toEqual({
        component,
        kept: true,
      });
    expect(least.postgres).toBe(2);
    expect(least.nats).toBe(2);
  });
});
