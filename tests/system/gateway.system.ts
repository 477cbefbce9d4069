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

interface Upstream {
  readonly server: Server;
  readonly port: number;
  readonly seen: Seen[];
  /** Values of Authorization that it answers 401. */
  readonly refused: Set<string>;
}

/** A server that remembers what reached it. */
async function startUpstream(): Promise<Upstream> {
  const seen: Seen[] = [];
  const refused = new Set<string>();
  const server = createServer((incoming, answer) => {
    seen.push({ method: incoming.method!, path: incoming.url!, headers: incoming.headers });
    incoming.resume().on("end", () => {
      answer.setHeader("content-type", "application/json");
      if (!refused.has(incoming.headers.authorization ?? "")) return answer.end('{"upstream":true}');
      answer.writeHead(401, { "www-authenticate": "Basic" }).end('{"upstream":true}');
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port, seen, refused };
}

describeWithProgram("nginx", "the gateway on a real nginx", () => {
  let upstream: Upstream;
  let gateway: GatewayProcess;
  let dispatcher: Agent;

  const account = { user: "orders@o2cqrs.internal", credential: "server-side" };

  const startGateway = (changes: Partial<GatewayOptions> & { readonly ownScript?: string } = {}) =>
    gateway.start({
      upstream: `127.0.0.1:${upstream.port}`,
      maxBodyMegabytes: 1,
      clientTimeoutSeconds: 1,
      ...changes,
    });

  beforeAll(async () => {
    gateway = await GatewayProcess.create();
    gateway.writeTokens(token);
    gateway.writeAccount(account);
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
  const asIngest = `Basic ${Buffer.from("orders@o2cqrs.internal:server-side").toString("base64")}`;

  it("lets HTTP Basic through as it is, for the server to judge", async () => {
    expect((await call("GET", "/api/default/streams", basic)).status).toBe(200);
    expect(upstream.seen[0]!.headers.authorization).toBe(basic);
  });

  it("accepts the plan's bearer token and tells the server the service account that it stands for", async () => {
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

  const sendWith = (value: string) => call("POST", "/otlp/v1/logs", `Bearer ${value}`, "x");

  it("takes a rotated token at once and refuses the old one, or takes both while clients change", async () => {
    const another = "another-token-0123456789";
    gateway.writeTokens(token, another);
    for (const each of [token, another]) expect((await sendWith(each)).status).toBe(200);
    gateway.writeTokens(another);
    expect((await sendWith(token)).status).toBe(401);
    expect((await sendWith(another)).status).toBe(200);
    gateway.writeTokens(token);
  });

  it("sends as another account from the moment that it is written", async () => {
    gateway.writeAccount({ ...account, credential: "rotated" });
    expect((await sendWith(token)).status).toBe(200);
    expect(upstream.seen[0]!.headers.authorization).toBe(
      `Basic ${Buffer.from("orders@o2cqrs.internal:rotated").toString("base64")}`,
    );
    gateway.writeAccount(account);
  });

  it.each(["account.json", "tokens.json"] as const)(
    "asks clients with a token to try again while %s is missing, and lets Basic through",
    async (file) => {
      gateway.remove(file);
      const { status, json, headers } = await sendWith(token);
      expect([status, json.code, headers["retry-after"]]).toEqual([503, 503, "2"]);
      expect(upstream.seen).toEqual([]);
      expect((await call("GET", "/api/default/streams", basic)).status).toBe(200);
      gateway.writeTokens(token);
      gateway.writeAccount(account);
    },
  );

  it("tells nobody whose token it does not know that it has no account yet", async () => {
    gateway.remove("account.json");
    expect((await sendWith("something-else-entirely")).status).toBe(401);
    gateway.writeAccount(account);
  });

  it("asks clients to try again when the server refuses its own account, and tells others that they are refused", async () => {
    upstream.refused.add(asIngest).add(basic);
    const own = await sendWith(token);
    expect([own.status, own.json.code, own.headers["retry-after"]]).toEqual([503, 503, "2"]);
    const theirs = await call("POST", "/api/default/s/_json", basic, "[]");
    expect([theirs.status, theirs.json.code]).toEqual([401, 401]);
    expect(String(theirs.headers["www-authenticate"])).toContain("Basic");
    upstream.refused.clear();
  });

  it.each([
    ["tokens.json", "torn in the midst of writing", `["${token}`],
    ["tokens.json", "no list", `{"token":"${token}"}`],
    ["tokens.json", "nothing", "null"],
    ["tokens.json", "a list of other things", `["${token}",7]`],
    ["tokens.json", "a list with a token that anyone could guess", `["${token}",""]`],
    ["account.json", "nothing", "null"],
    ["account.json", "an account without its credential", `{"user":"orders@o2cqrs.internal"}`],
  ] as const)("asks clients with a token to try again while %s holds %s", async (file, _title, text) => {
    gateway.spoil(file, text);
    try {
      const { status, json, headers } = await sendWith(token);
      expect([status, json.code, headers["retry-after"]]).toEqual([503, 503, "2"]);
      expect(upstream.seen).toEqual([]);
      expect((await call("GET", "/api/default/streams", basic)).status).toBe(200);
    } finally {
      gateway.writeTokens(token);
      gateway.writeAccount(account);
    }
  });

  it("answers as JSON when its script itself fails, and the server hears nothing", async () => {
    await gateway.stop();
    const ownScript = `function fail() { throw new Error("told to fail"); }
      export default { admit: fail, limitKey: fail };`;
    await startGateway({ ownScript });
    try {
      const paths = ["/otlp/v1/logs", "/api/default/s/_json", "/api/default/streams", "/web/"];
      for (const path of paths)
        for (const authorization of [undefined, basic, `Bearer ${token}`]) {
          const { status, json } = await call("POST", path, authorization, "[]");
          expect({ path, status, code: json.code }).toEqual({ path, status: 500, code: 500 });
          expect(upstream.seen).toEqual([]);
        }
      expect(gateway.log).toContain("told to fail");
    } finally {
      await gateway.stop();
      await startGateway();
    }
  });

  it("answers 502 as JSON when the server is gone", async () => {
    await gateway.stop();
    await startGateway({ upstream: `127.0.0.1:${await freePort()}` });
    const { status, json } = await call("GET", "/api/default/streams", basic);
    expect([status, json.code]).toEqual([502, 502]);
    await gateway.stop();
    await startGateway();
  });

  /** More at once than a slow machine lets through at one a second. */
  const many = <T>(one: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: 40 }, (_, index) => one(index)));

  it("answers 429 as JSON to one credential that sends too fast, and not to another", async () => {
    await gateway.stop();
    await startGateway({ requestsPerSecond: 1, burst: 2 });
    const answers = await many(() => sendWith(token));
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(3);
    const limited = answers.find(({ status }) => status === 429)!;
    expect(limited.json).toMatchObject({ code: 429 });
    expect(limited.headers["retry-after"]).toBe("1");
    expect((await call("GET", "/api/default/streams", basic)).status).toBe(200);
  });

  it.each([
    ["tokens", (index: number) => `Bearer a-guess-of-a-token-${index}`],
    ["passwords", (index: number) => `Basic ${Buffer.from(`root@example.com:${index}`).toString("base64")}`],
  ])("limits whoever guesses %s, before it looks at them", async (_title, guess) => {
    await gateway.stop();
    await startGateway({ addressRequestsPerSecond: 1, addressBurst: 2 });
    const answers = await many((index) => call("GET", "/api/default/streams", guess(index)));
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(1);
    expect(answers.filter(({ json }) => json.upstream === true).length).toBeLessThan(answers.length);
  });

  it("limits by the client's address that a proxy of ours names, and not by the proxy's", async () => {
    const from = (address: string) =>
      request(`https://127.0.0.1:${gateway.port}/api/default/streams`, {
        dispatcher,
        headers: { authorization: basic, "x-forwarded-for": `203.0.113.9, ${address}` },
      }).then(async ({ statusCode, body }) => {
        await body.dump();
        return statusCode;
      });
    await gateway.stop();
    await startGateway({ behindProxy: true, addressRequestsPerSecond: 1, addressBurst: 2 });
    expect(await many(() => from("192.0.2.1"))).toContain(429);
    upstream.seen.length = 0;
    expect(await from("192.0.2.2")).toBe(200);
    expect(upstream.seen[0]!.headers["x-forwarded-for"]).toBe("192.0.2.2");
  });

  it("never logs a credential", () => {
    const written = gateway.log;
    expect(written).toContain('"client":"ingest"');
    for (const secret of [token, "server-side", basic, asIngest]) expect(written).not.toContain(secret);
  });
});
