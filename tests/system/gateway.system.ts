import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, request } from "undici";
import { gatewayScript, gatewayTokensFile } from "../../stacks/platform/gateway/credentials.js";
import { type GatewayOptions, nginxConfig } from "../../stacks/platform/gateway/nginx.js";
import { describeWithProgram } from "./program.js";

const token = "plan-token-0123456789abcdef";
const nginxModule = ["/usr/lib/nginx/modules", "/etc/nginx/modules", "/usr/share/nginx/modules"]
  .map((folder) => join(folder, "ngx_http_js_module.so"))
  .find((file) => existsSync(file));

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

async function freePort(): Promise<number> {
  const probe = createTcpServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describeWithProgram("nginx", "the gateway on a real nginx", () => {
  let folder: string;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let nginx: ChildProcess;
  let port: number;
  let dispatcher: Agent;
  const readLog = () => readFileSync(join(folder, "nginx.log"), "utf8");

  const writeTokens = (value: string) =>
    writeFileSync(
      join(folder, "tokens.json"),
      gatewayTokensFile([{ token: value, user: "ingest@example.com", credential: "server-side" }]),
    );

  async function startGateway(changes: Partial<GatewayOptions> = {}): Promise<void> {
    port = await freePort();
    const tls = { certificate: join(folder, "tls.crt"), key: join(folder, "tls.key") };
    writeFileSync(join(folder, "gateway.js"), gatewayScript(join(folder, "tokens.json")));
    writeFileSync(
      join(folder, "nginx.conf"),
      nginxConfig({
        upstream: `127.0.0.1:${upstream.port}`,
        organization: "default",
        port,
        tls,
        module: nginxModule ?? "modules/ngx_http_js_module.so",
        script: join(folder, "gateway.js"),
        temporary: folder,
        maxBodyMegabytes: 1,
        clientTimeoutSeconds: 1,
        ...changes,
      }),
    );
    // A file, as in a container: nginx opens /dev/stdout by its name, which a socket would refuse.
    const log = openSync(join(folder, "nginx.log"), "a");
    nginx = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    while (!(await accepts(port))) {
      if (nginx.exitCode !== null) throw new Error(`nginx did not start:\n${readLog()}`);
    }
  }

  async function stopGateway(): Promise<void> {
    if (nginx.exitCode === null) {
      nginx.kill("SIGTERM");
      await once(nginx, "exit");
    }
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "o2cqrs-gateway-"));
    // Started by root, nginx's workers run as another user, who must reach the mounted files.
    chmodSync(folder, 0o755);
    execFileSync(
      "openssl",
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost
       -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout tls.key -out tls.crt`.split(/\s+/),
      { cwd: folder, stdio: "ignore" },
    );
    writeTokens(token);
    upstream = await startUpstream();
    await startGateway();
    dispatcher = new Agent({ connect: { ca: execFileSync("cat", [join(folder, "tls.crt")]).toString() } });
  });

  afterAll(async () => {
    await stopGateway();
    await dispatcher.close();
    upstream.server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function call(
    method: "GET" | "POST" | "DELETE",
    path: string,
    authorization?: string,
    body?: string,
  ) {
    upstream.seen.length = 0;
    const answer = await request(`https://127.0.0.1:${port}${path}`, {
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

  it("closes a connection that is too slow to send its request", async () => {
    const { connect: connectTls } = await import("node:tls");
    const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    socket.write("POST /api/default/s/_json HTTP/1.1\r\nHost: x\r\n");
    socket.resume();
    // nginx resets the connection, which the socket reports before it closes.
    socket.on("error", (error: NodeJS.ErrnoException) => expect(error.code).toBe("ECONNRESET"));
    await new Promise((resolve) => socket.once("close", resolve));
    expect(upstream.seen.filter(({ path }) => path.endsWith("/s/_json"))).toEqual([]);
  });

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
    rmSync(join(folder, "tokens.json"));
    expect((await call("POST", "/otlp/v1/logs", `Bearer ${token}`, "x")).status).toBe(401);
    expect((await call("GET", "/api/default/streams", basic)).status).toBe(200);
    writeTokens(token);
  });

  it("answers 502 as JSON when the server is gone", async () => {
    await stopGateway();
    await startGateway({ upstream: `127.0.0.1:${await freePort()}` });
    const { status, json } = await call("GET", "/api/default/streams", basic);
    expect([status, json.code]).toEqual([502, 502]);
    await stopGateway();
    await startGateway();
  });

  it("answers 429 as JSON to one credential that sends too fast, and not to another", async () => {
    await stopGateway();
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
    const written = readLog();
    expect(written).toContain('"client":"ingest"');
    for (const secret of [token, "server-side", basic, asIngest]) expect(written).not.toContain(secret);
  });
});
