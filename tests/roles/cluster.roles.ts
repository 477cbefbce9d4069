import type { Role } from "../../stacks/platform/kubernetes/names.js";
import { Cluster } from "./cluster.js";
import { eventually } from "./processes.js";

/**
 * The roles as the Kubernetes manifests describe them, run as processes of a real server. The tests are one
 * story, in order.
 */
jest.setTimeout(600_000);

const roles = [
  "ingester",
  "ingester",
  "querier",
  "compactor",
  "alertmanager",
  "router",
] as const satisfies readonly Role[];

describe("the roles of the rendered cluster", () => {
  let cluster: Cluster;
  /** Records that were answered 200. */
  let sent = 0;

  beforeAll(async () => {
    cluster = await Cluster.start(process.env.O2CQRS_OPENOBSERVE_BINARY ?? "", roles);
  });
  afterAll(() => cluster.stop());

  async function send(count: number): Promise<void> {
    const records = Array.from({ length: count }, (_, index) => ({
      id: `order-${sent + index}`,
      status: "success",
    }));
    await cluster.ingest(cluster.of("router")[0]!, records);
    sent += count;
  }

  const findsAll = (role: Role) =>
    eventually(`${role} finds all ${sent} records`, async () => {
      expect(await cluster.count(cluster.of(role)[0]!)).toBe(sent);
    });

  it("takes records through the router, and finds them through the router and the querier", async () => {
    for (let batch = 0; batch < 5; batch++) await send(200);
    await findsAll("router");
    await findsAll("querier");
  });

  it.each([...new Set(roles)])("loses nothing when %s is killed and comes back", async (role) => {
    const node = cluster.of(role)[0]!;
    await node.kill();
    // A client that has to wait tries again, so records come while the role is away, unless it is the way in.
    if (role !== "router") await send(100);
    node.start();
    await node.ready();
    await send(100);
    await findsAll("querier");
  });
});
