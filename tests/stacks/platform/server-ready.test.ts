import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { defineDocker } from "../../../stacks/platform/docker/define.js";
import { whereToLook as onMachine } from "../../../stacks/platform/docker/where-to-look.js";
import { kubernetesOptions } from "../../../stacks/platform/kubernetes/options.js";
import { whereToLook as inCluster } from "../../../stacks/platform/kubernetes/where-to-look.js";
import { ServerReadyProvider } from "../../../stacks/platform/server-ready/provider.js";

type Status = 200 | 401 | 404 | 502;

const whereToLook = {
  unreachable: "the name leads elsewhere",
  unrouted: "there is no route",
  unserved: "the router does not serve",
};

/** A server that answers with one status after the other, and then with the last for good. */
async function answering(...statuses: Status[]) {
  let asked = 0;
  const server: Server = createServer((_, response) => {
    response.statusCode = statuses[Math.min(asked++, statuses.length - 1)]!;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(response.statusCode === 200 ? { list: [] } : { message: "no" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked: () => asked, close: () => new Promise((resolve) => server.close(resolve)) };
}

async function configured(url: string, waitMs = 60_000) {
  const provider = new ServerReadyProvider(waitMs);
  const values: Record<string, string> = {
    "o2cqrs:url": url,
    "o2cqrs:organization": "default",
    "o2cqrs:user": "root@example.com",
    "o2cqrs:password": "Complexpass#123",
  };
  const config = {
    get: (key: string) => values[key],
    require: (key: string) => values[key] ?? "",
  };
  await provider.configure({ config });
  return provider;
}

const ready = async (url: string, waitMs: number) => (await configured(url, waitMs)).create({ whereToLook });

describe("a server that has just been deployed", () => {
  it("is waited for while its gateway has no route and no server behind it", async () => {
    const server = await answering(404, 502, 200);
    await expect(ready(server.url, 60_000)).resolves.toEqual({ id: "ready", outs: {} });
    expect(server.asked()).toBe(3);
    await server.close();
  });

  it("that refuses the password is not waited for", async () => {
    const server = await answering(401);
    await expect(ready(server.url, 60_000)).rejects.toThrow(/401|refuse|credential|password/i);
    expect(server.asked()).toBe(1);
    await server.close();
  });

  it.each([
    [502, "the router does not serve"],
    [404, "there is no route"],
  ] as const)(
    "that answers %s for too long is told of once: for how long, at which address, where to look, what to do",
    async (status, where) => {
      const server = await answering(status);
      await expect(ready(server.url, 0)).rejects.toThrow(
        new RegExp(
          `in 0 seconds it did not answer at ${server.url}: .*${status}[^]*${where}[^]*run pulumi up again`,
        ),
      );
      await server.close();
    },
  );

  it("has its address told once", async () => {
    const server = await answering(502);
    const { message } = await ready(server.url, 0).then(
      () => new Error("it was ready"),
      (error: unknown) => error as Error,
    );
    expect(message.split(server.url)).toHaveLength(2);
    await server.close();
  });

  it("that nobody answers for is told of with the way to it", async () => {
    const server = await answering(200);
    await server.close();
    await expect(ready(server.url, 0)).rejects.toThrow(whereToLook.unreachable);
  });
});

describe("a server that was ready before", () => {
  it("is asked once, and has not changed when it answers", async () => {
    const server = await answering(200);
    await expect((await configured(server.url)).diff()).resolves.toEqual({ changes: false });
    expect(server.asked()).toBe(1);
    await server.close();
  });

  it.each([401, 404, 502] as const)("has changed when it answers %s", async (status) => {
    const server = await answering(status);
    await expect((await configured(server.url)).diff()).resolves.toEqual({ changes: true });
    await server.close();
  });

  it("has changed when nobody answers for it", async () => {
    const server = await answering(200);
    await server.close();
    await expect((await configured(server.url)).diff()).resolves.toEqual({ changes: true });
  });

  it("is then waited for like a new one", async () => {
    const server = await answering(502, 200);
    const provider = await configured(server.url);
    await expect(provider.update("ready", {}, { whereToLook })).resolves.toEqual({ outs: {} });
    expect(server.asked()).toBe(2);
    await server.close();
  });

  it("and told of once when it does not come back", async () => {
    const server = await answering(502);
    const provider = await configured(server.url, 0);
    await expect(provider.update("ready", {}, { whereToLook })).rejects.toThrow(/router does not serve/);
    await server.close();
  });
});

describe("where to look for a server that does not answer", () => {
  it("names the ingress, the gateway and the router of a cluster, in its own namespace", () => {
    const where = inCluster(kubernetesOptions.parse({ namespace: "telemetry", host: "observe.example.com" }));
    expect(where.unreachable).toMatch(
      /observe\.example\.com .*kubectl -n telemetry describe ingress openobserve-gateway/,
    );
    expect(where.unrouted).toContain("kubectl -n telemetry describe ingress openobserve-gateway");
    expect(where.unserved).toContain("kubectl -n telemetry logs deployment/openobserve-router");
  });

  it("names the containers of one machine", () => {
    const where = onMachine(defineDocker({ name: "dev" }));
    expect(where.unreachable).toContain("docker logs dev-gateway");
    expect(where.unserved).toContain("docker logs dev-openobserve");
  });
});
