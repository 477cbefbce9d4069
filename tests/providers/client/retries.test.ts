import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { OpenObserve, UnavailableError } from "@o2cqrs/providers/client";
import { answer, mocked } from "./mocked.js";

const list = { method: "GET", path: "/api/default/functions" };
const create = { method: "POST", path: "/api/default/functions" };
const reset = () => Object.assign(new Error("socket closed"), { code: "ECONNRESET" });
const refused = () => Object.assign(new Error("connect refused"), { code: "ECONNREFUSED" });

describe("A request is sent again", () => {
  test.each([502, 503, 504])("after %i, when twice is the same as once", async (status) => {
    const { server, pool, agent } = mocked();
    answer(pool, list, status);
    answer(pool, list, 200, { list: [] });
    expect(await server.functions.list()).toEqual([]);
    agent.assertNoPendingInterceptors();
  });

  test("after a broken connection, when twice is the same as once", async () => {
    const { server, pool } = mocked();
    pool.intercept(list).replyWithError(reset());
    answer(pool, list, 200, { list: [] });
    expect(await server.functions.list()).toEqual([]);
  });

  test("even a create, when the connection was never made", async () => {
    const { server, pool, agent } = mocked();
    pool.intercept(create).replyWithError(refused());
    answer(pool, create, 200, { code: 200 });
    await server.functions.create("f", ".");
    agent.assertNoPendingInterceptors();
  });

  test("even a create, after 429, when the pause that was asked for is over", async () => {
    const { server, pool } = mocked();
    answer(pool, create, 429, "", { "retry-after": "0.2" });
    answer(pool, create, 200, { code: 200 });
    const begun = performance.now();
    await server.functions.create("f", ".");
    expect(performance.now() - begun).toBeGreaterThanOrEqual(190);
  });

  test("a search, which changes nothing, although it is a POST", async () => {
    const { server, pool } = mocked();
    const search = { method: "POST", path: "/api/default/_search?type=logs" };
    answer(pool, search, 503);
    answer(pool, search, 200, { hits: [], total: 0, took: 1, is_partial: false });
    expect((await server.telemetry.search("SELECT 1", { start: 1, end: 2 })).rows).toEqual([]);
  });
});

describe("A request is not sent again", () => {
  test.each([502, 503, 504])("after %i, when it may have made something", async (status) => {
    const { server, pool, agent } = mocked();
    answer(pool, create, status);
    answer(pool, create, 200, { code: 200 });
    await expect(server.functions.create("f", ".")).rejects.toThrow(UnavailableError);
    expect(agent.pendingInterceptors()).toHaveLength(1);
  });

  test("after a connection that broke while a create was under way", async () => {
    const { server, pool, agent } = mocked();
    pool.intercept(create).replyWithError(reset());
    answer(pool, create, 200, { code: 200 });
    await expect(server.functions.create("f", ".")).rejects.toThrow(
      /POST .* failed: socket closed \(ECONNRESET\)/,
    );
    expect(agent.pendingInterceptors()).toHaveLength(1);
  });

  test("after an answer that says what is wrong, 500 included", async () => {
    for (const status of [400, 401, 404, 409, 422, 500]) {
      const { server, pool, agent } = mocked();
      answer(pool, list, status, { code: status, message: "no" });
      answer(pool, list, 200, { list: [] });
      await expect(server.functions.list()).rejects.toThrow(/no/);
      expect(agent.pendingInterceptors()).toHaveLength(1);
    }
  });

  test("more often than it was told to", async () => {
    const { server, pool } = mocked({ retries: 2 });
    pool.intercept(list).reply(503).times(3);
    await expect(server.functions.list()).rejects.toThrow(UnavailableError);
  });
});

describe("On a real socket", () => {
  const open: { close(): void }[] = [];
  afterEach(() => open.splice(0).forEach((each) => each.close()));

  async function serving(listener: RequestListener): Promise<string> {
    const http = createServer(listener);
    open.push(http);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  }

  const clientOf = (url: string, options = {}) => {
    const credential = { kind: "basic", user: "u", password: "p" } as const;
    const client = new OpenObserve({ url, organization: "default", credential }, { retries: 0, ...options });
    open.push({ close: () => void client.close() });
    return client;
  };

  test("a server that never answers ends in a timeout that says so", async () => {
    const url = await serving(() => undefined);
    await expect(clientOf(url, { headersTimeoutMs: 100 }).functions.list()).rejects.toThrow(
      /GET \/api\/default\/functions failed: .*[Tt]imeout/,
    );
  });

  test("an address where nothing listens ends in an error that asks for the address", async () => {
    const url = await serving(() => undefined);
    open.splice(0).forEach((each) => each.close());
    const { host, hostname, port } = new URL(url);
    const client = clientOf(`http://hidden-user:hidden-password@${host}/base`);
    const told = await Promise.all(
      [client.functions.list(), client.streams.list()].map((asked) =>
        asked.then(String, (error: unknown) => {
          const { message, stack } = error as Error;
          expect(stack).not.toContain("\n");
          return message;
        }),
      ),
    );
    // The same whatever was asked for, so that it can be told once for all.
    expect([...new Set(told)]).toEqual([
      `http://${host} cannot be reached: connect ECONNREFUSED ${hostname}:${port}\n` +
        "Is the server up, and is o2cqrs:url its address?",
    ]);
  });

  test("connections are pooled and the base path is kept", async () => {
    const sockets = new Set<unknown>();
    const paths: string[] = [];
    const url = await serving((request, response) => {
      sockets.add(request.socket);
      paths.push(request.url ?? "");
      response.setHeader("content-type", "application/json").end('{"list":[]}');
    });
    const client = clientOf(`${url}/observe`, { connections: 1 });
    for (let i = 0; i < 5; i++) await client.functions.list();
    expect(sockets.size).toBe(1);
    expect(new Set(paths)).toEqual(new Set(["/observe/api/default/functions"]));
  });

  test("bearer and basic credentials are sent as such", async () => {
    const seen: (string | undefined)[] = [];
    const url = await serving((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"list":[]}');
    });
    await clientOf(url).functions.list();
    const bearer = new OpenObserve({ url, organization: "o", credential: { kind: "bearer", token: "t" } });
    open.push({ close: () => void bearer.close() });
    await bearer.functions.list();
    expect(seen).toEqual([`Basic ${btoa("u:p")}`, "Bearer t"]);
  });
});
