import type { Role } from "../../stacks/platform/kubernetes/names.js";
import { Cluster } from "./cluster.js";
import type { Node } from "./node.js";
import { eventually } from "./processes.js";

/**
 * The platform as the Kubernetes manifests describe it, its roles run as processes of a real server. The tests are
 * one story, in order.
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

  async function sendOnce(count: number): Promise<void> {
    const records = Array.from({ length: count }, (_, index) => ({
      id: `order-${sent + index}`,
      status: "success",
    }));
    await cluster.ingest(records);
    sent += count;
  }

  /** As an application does, which sends again what was refused. */
  const send = (count: number) => eventually("the platform takes records", () => sendOnce(count));

  const first = (role: Role): Node => cluster.of(role)[0]!;
  const findsAll = (url: string) =>
    eventually(`all ${sent} records are found at ${url}`, async () => {
      expect(await cluster.count(url)).toBe(sent);
    });

  it("takes records through the gateway, and finds them through it, the router and the querier", async () => {
    for (let batch = 0; batch < 5; batch++) await send(200);
    for (const url of [cluster.gateway.url, first("router").url, first("querier").url]) await findsAll(url);
  });

  it.each([...new Set(roles)])("loses nothing when %s is killed and comes back", async (role) => {
    const node = first(role);
    await node.kill();
    // A client that is refused tries again, so records come while the role is away, unless it is the only way in.
    if (role !== "router") await send(100);
    node.start();
    await node.ready();
    await send(100);
    await findsAll(first("querier").url);
  });

  it("goes on, and loses nothing, when one server of NATS is killed and comes back", async () => {
    const [server] = cluster.nats.programs;
    await server!.stop("SIGKILL");
    await send(100);
    server!.start();
    await cluster.nats.ready();
    await send(100);
    await findsAll(first("querier").url);
  });

  it("sends nothing more to an ingester that has gone, until it is back", async () => {
    const node = cluster.of("ingester")[1]!;
    // Nodes check each other every fifteen seconds, and leave out only whom they have once found alive.
    await Promise.all([node, first("router")].map((each) => each.hasRunFor(20)));
    await node.kill();
    await eventually("each of twenty requests in a row is taken at once", async () => {
      for (let request = 0; request < 20; request++) await sendOnce(1);
    });
    node.start();
    await node.ready();
    await findsAll(first("querier").url);
  });

  it("loses nothing when PostgreSQL breaks down and comes back", async () => {
    await send(100);
    // Without a checkpoint: it recovers from its log at its next start.
    await cluster.postgres.program.stop("SIGQUIT");
    await cluster.postgres.start();
    await send(100);
    await findsAll(first("querier").url);
  });

  it("takes records while the object store is away, and loses nothing", async () => {
    cluster.store.isAway = true;
    await send(100);
    await eventually("an ingester tries to write a file there", () => {
      expect(cluster.store.refusedWrites).toBeGreaterThan(0);
    });
    await send(100);
    cluster.store.isAway = false;
    await findsAll(first("querier").url);
  });

  it("loses nothing when the gateway is killed and comes back", async () => {
    await cluster.gateway.program.stop("SIGKILL");
    await cluster.gateway.start();
    await send(100);
    await findsAll(cluster.gateway.url);
  });

  it("tells by its probes of an ingester that is given no work, and has it back by a new start", async () => {
    const node = first("ingester");
    // As a node is that has registered itself so, which happens after a kill or a pause of NATS.
    await node.withdraw();
    await eventually("its probes are not content", async () => {
      expect(await node.probes()).toEqual([404, 404, 404]);
    });
    expect(await node.statusOf("/healthz")).toBe(200);
    await node.leave();
    node.start();
    await node.ready();
    await send(100);
    await findsAll(first("querier").url);
  });

  it("has every record in the object store, where it is found when no disk is left", async () => {
    const ingesters = cluster.of("ingester");
    await Promise.all(ingesters.map((node) => node.runHook()));
    await eventually("every file has left the ingesters' disks", () => {
      expect(ingesters.flatMap(({ waitingFiles }) => waitingFiles)).toEqual([]);
    });
    expect(
      cluster.store.keys.filter((key) => /^files\/default\/logs\/orders\/.+\.parquet$/.test(key)),
    ).not.toEqual([]);
    const querier = first("querier");
    for (const node of [...ingesters, querier]) {
      await node.leave();
      node.loseDisk();
    }
    const readsBefore = cluster.store.reads;
    // The querier starts with an empty cache, and there is nobody else to ask.
    querier.start();
    await querier.ready();
    await findsAll(querier.url);
    expect(cluster.store.reads).toBeGreaterThan(readsBefore);
  });
});
