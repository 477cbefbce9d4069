import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { connect } from "node:tls";
import { Agent, request } from "undici";
import { freePort } from "../../ops/start/free-port.js";
import { type GatewayOptions } from "../../stacks/platform/gateway/nginx.js";
import { GatewayProcess } from "./gateway-process.js";
import { describeWithProgram } from "./program.js";

const token = "plan-token-0123456789abcdef";

interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
}

/** A server that remembers what reached it. */
async function startUpstream(): Promise<{ server: Server; port: number; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((incoming, answer) => {
    seen.push({ method: incoming.method!, path: incoming.url!, headers: incoming.headers });
    incoming
      .resume()
      .on("end", () => answer.setHeader("content-type", "application/json").end('{"upstream":true}'));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port, seen };
}

describeWithProgram("nginx", "the gateway on a real nginx", () => {
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let gateway: GatewayProcess;
  let dispatcher: Agent;

  const writeTokens = (value: string) =>
    gateway.writeTokens({ token: value, user: "ingest@example.com", credential: "server-side" });

  const startGateway = (changes: Partial<GatewayOptions> = {}) =>
    gateway.start({
      upstream: `127.0.0.1:${upstream.port}`,
      maxBodyMegabytes: 1,
      clientTimeoutSeconds: 1,
      ...changes,
    });

  beforeAll(async () => {
    gateway = await GatewayProcess.create();
    writeTokens(token);
    upstream = await startUpstream();
    await startGateway();
    dispatcher = new Agent({ connect: { ca: gateway.authority } });
  }, 60_000);

  afterAll(async () => {
    await gateway.close();
    await dispatcher.close();
    upstream.server.close();
  });

  async function call(
    method: "GET" | "POST" | "DELETE",
    path: string,
    authorization?: string,
    body?: string,
  ) {
    upstream.seen.length = 0;
    const answer = await request(`https://127.0.0.1:${gateway.port}${path}`, {
      method,
      dispatcher,
      headers: authorization === undefined ? {} : { authorization },
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.body.text();
    return {
      status: answer.statusCode,
      headers: answer.headers,
      json: JSON.parse(text) as Record<string, unknown>,
    };
  }

  const basic = `Basic ${Buffer.from("root@example.com:secret").toString("base64")}`;
  const asIngest = `Basic ${Buffer.from("ingest@example.com:server-side").toString("base64")}`;

  it("lets HTTP Basic through as it is, for the server to judge", async () => {
    expect((await call("GET", "/api/default/streams", basic)).status).toBe(200);
    expect(upstream.seen[0]!.headers.authorization).toBe(basic);
  });

  it("accepts the plan's bearer token and tells the server the credential that it stands for", async () => {
    expect((await call("POST", "/api/default/cqrs-commands/_json", `Bearer ${token}`, "[]")).status).toBe(
      200,
    );
    expect(upstream.seen[0]!.headers.authorization).toBe(asIngest);
  });

  it.each(["logs", "metrics", "traces"])(
    "maps the plan's /otlp/v1/%s to the organisation's path",
    async (signal) => {
      await call("POST", `/otlp/v1/${signal}`, `Bearer ${token}`, "x");
      expect(upstream.seen[0]!.path).toBe(`/api/default/v1/${signal}`);
    },
  );

  it.each([
    ["no credential", undefined],
    ["an unknown token", "Bearer something-else-entirely"],
    ["the token in another case", `Bearer ${token.toUpperCase()}`],
    ["the beginning of the token", `Bearer ${token.slice(0, -1)}`],
    ["another scheme", "Digest x"],
  ])("answers 401 as JSON to %s, and the server hears nothing", async (_title, authorization) => {
    const { status, json, headers } = await call("POST", "/api/default/s/_json", authorization, "[]");
    expect(status).toBe(401);
    expect(json).toMatchObject({ code: 401 });
    expect(headers["www-authenticate"]).toContain("Basic");
    expect(upstream.seen).toEqual([]);
  });

  it.each(["/api/default/streams", "/api/default/_search", "/api/default/users", "/config", "/"])(
    "refuses %s to a token that may only send telemetry",
    async (path) => {
      const { status, json } = await call("GET", path, `Bearer ${token}`);
      expect([status, json.code]).toEqual([403, 403]);
      expect(upstream.seen).toEqual([]);
    },
  );

  it.each(["/metrics", "/api/metrics", "/node/flush", "/node/enable", "/debug/profile/memory"])(
    "does not show %s to anyone outside",
    async (path) => {
      expect((await call("GET", path, basic)).status).toBe(404);
      expect(upstream.seen).toEqual([]);
    },
  );

  it("answers 413 as JSON to a body over the limit", async () => {
    const { status, json } = await call("POST", "/api/default/s/_json", basic, "x".repeat(1024 * 1024 + 1));
    expect([status, json.code]).toEqual([413, 413]);
  });

  it("answers 413 as JSON to a body that grows over the limit without having told its length", async () => {
    const piece = Buffer.alloc(64 * 1024, "x");
    function* body() {
      for (let sent = 0; sent <= 1024 * 1024; sent += piece.length) yield piece;
    }
    const answer = await request(`https://127.0.0.1:${gateway.port}/api/default/s/_json`, {
      method: "POST",
      dispatcher,
      headers: { authorization: `Bearer ${token}` },
      body: Readable.from(body()),
    });
    expect([answer.statusCode, await answer.body.json()]).toEqual([
      413,
      expect.objectContaining({ code: 413 }),
    ]);
    expect(upstream.seen).toEqual([]);
  });

  it.each([
    ["its headers", ""],
    ["its body", `Authorization: Bearer ${token}\r\nContent-Length: 100\r\n\r\n[{"message":`],
  ])(
    "closes the connection of a client that is too slow to send %s, and the server hears nothing",
    async (_, rest) => {
      upstream.seen.length = 0;
      const socket = connect({ port: gateway.port, host: "127.0.0.1", ca: gateway.authority });
      await once(socket, "secureConnect");
      socket.write(`POST /api/default/s/_json HTTP/1.1\r\nHost: x\r\n${rest}`);
      socket.resume();
      // nginx resets the connection, which the socket reports before it closes.
      socket.on("error", (error: NodeJS.ErrnoException) => expect(error.code).toBe("ECONNRESET"));
      await new Promise((resolve) => socket.once("close", resolve));
      expect(upstream.seen).toEqual([]);
    },
  );

  it("answers health without a credential", async () => {
    expect((await call("GET", "/healthz")).status).toBe(200);
  });

  it("takes a rotated token at once and refuses the old one", async () => {
    writeTokens("another-token-0123456789");
    expect((await call("POST", "/otlp/v1/logs", `Bearer ${token}`, "x")).status).toBe(401);
    expect((await call("POST", "/otlp/v1/logs", "Bearer another-token-0123456789", "x")).status).toBe(200);
    writeTokens(token);
  });

  it("refuses every bearer token when the secret is missing, and lets Basic through", async () => {
    gateway.removeTokens();
    expect((await call("POST", "/otlp/v1/logs", `Bearer ${token}`, "x")).status).toBe(401);
    expect((await call("GET", "/api/default/streams", basic)).status).toBe(200);
    writeTokens(token);
  });

  it("answers 502 as JSON when the server is gone", async () => {
    await gateway.stop();
    await startGateway({ upstream: `127.0.0.1:${await freePort()}` });
    const { status, json } = await call("GET", "/api/default/streams", basic);
    expect([status, json.code]).toEqual([502, 502]);
    await gateway.stop();
    await startGateway();
  });

  it("answers 429 as JSON to one credential that sends too fast, and not to another", async () => {
    await gateway.stop();
    await startGateway({ requestsPerSecond: 1, burst: 2 });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call("POST", "/otlp/v1/logs", `Bearer ${token}`, "x")),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    const limited = answers.find(({ status }) => status === 429)!;
    expect(limited.json).toMatchObject({ code: 429 });
    expect(limited.headers["retry-after"]).toBe("1");
    expect((await call("GET", "/api/default/streams", basic)).status).toBe(200);
  });

  it("never logs a credential", () => {
    const written = gateway.log;
    expect(written).toContain('"client":"ingest"');
    for (const secret of [token, "server-side", basic, asIngest]) expect(written).not.toContain(secret);
  });
});
