import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ServerReadyProvider } from "../../../stacks/platform/server-ready/provider.js";

type Status = 200 | 401 | 404 | 502;

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

async function ready(url: string, waitMs: number) {
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
  return provider.create();
}

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

  it("that does not answer in time is told of once, with its address and what to do", async () => {
    const server = await answering(502);
    await expect(ready(server.url, 0)).rejects.toThrow(
      new RegExp(`does not answer at ${server.url}: [^]*run pulumi up again`),
    );
    await server.close();
  });
});
