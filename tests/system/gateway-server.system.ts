import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { envNames } from "@o2cqrs/contract";
import { OpenObserve } from "@o2cqrs/providers/client";
import { createEngine } from "@o2cqrs/local-engine";
import { type RunningServer, startServer } from "@o2cqrs/local-openobserve";
import { Agent, request } from "undici";
import { GatewayProcess } from "./gateway-process.js";
import { describeWithProgram } from "./program.js";

jest.setTimeout(180_000);

const user = "root@example.com";
const password = "Complexpass#123";
const ingestToken = "plan-token-0123456789abcdef";

describeWithProgram("nginx", "the gateway on a real nginx, before the embedded server", () => {
  let folder: string;
  let server: RunningServer;
  let gateway: GatewayProcess;
  let application: Agent;
  let url: string;
  let accountToken: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "o2cqrs-gateway-server-"));
    server = await startServer({
      dataDir: join(folder, "data"),
      rootUser: user,
      rootPassword: password,
    });
    gateway = await GatewayProcess.create();
    gateway.writeTokens(ingestToken);
    await gateway.start({ upstream: new URL(server.url).host });
    url = `https://localhost:${gateway.port}`;
    application = new Agent({ connect: { ca: gateway.authority } });
  });

  afterAll(async () => {
    await application.close();
    await gateway.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const stack = (caCertificate: string) =>
    createEngine({
      projectDir: join(__dirname, "..", ".."),
      stack: "gateway",
      stateDir: join(folder, "state"),
      passphrase: "test",
      env: { O2CQRS_URL: undefined, O2CQRS_USER: undefined, O2CQRS_PASSWORD: undefined },
      config: {
        target: "existing",
        url,
        user,
        password: { value: password, secret: true },
        caCertificate,
        alertsEnabled: "false",
      },
    });

  const send = async (path: string, authorization: string, body: string) => {
    const answer = await request(`${url}${path}`, {
      method: "POST",
      dispatcher: application,
      headers: { authorization, "content-type": "application/json" },
      body,
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };

  const logs = () => {
    const timeUnixNano = `${Date.now()}000000`;
    const record = { timeUnixNano, body: { stringValue: "by the short path" } };
    return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
  };

  it("is deployed to by whoever trusts its authority, and by nobody else", async () => {
    const untrusting = await stack("").up();
    expect(untrusting.ok).toBe(false);
    expect(untrusting.errors.map(({ message }) => message).join("\n")).toMatch(/certificate/);
    const deployed = await stack(gateway.authority).up();
    expect(deployed.errors).toEqual([]);
    expect(deployed.ok).toBe(true);
  });

  it("sends for the plan's bearer token as the service account that the deployment has made, and not before", async () => {
    const early = await send("/otlp/v1/logs", `Bearer ${ingestToken}`, logs());
    expect([early.status, JSON.parse(early.text)]).toMatchObject([503, { code: 503 }]);
    const { env } = (await stack(gateway.authority).outputs({ showSecrets: true })) as {
      env: Record<string, string>;
    };
    accountToken = env[envNames.token]!;
    gateway.writeAccount({ user: env[envNames.user]!, credential: accountToken });
    expect((await send("/otlp/v1/logs", `Bearer ${ingestToken}`, logs())).status).toBe(200);
  });

  it("takes the plan's bearer token for sending, by the server's paths and by the short ones", async () => {
    const records = JSON.stringify([{ message: "by the server's path" }]);
    const bearer = `Bearer ${ingestToken}`;
    const answer = await send("/api/default/gateway_records/_json", bearer, records);
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 200,
      status: [{ name: "gateway_records", successful: 1 }],
    });
    expect((await send("/otlp/v1/logs", bearer, logs())).status).toBe(200);
    const client = new OpenObserve({
      url,
      organization: "default",
      credential: { kind: "basic", user, password },
      caCertificate: gateway.authority,
    });
    const names = (await client.streams.list("logs")).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["gateway_records", "default"]));
    await client.close();
  });

  it("takes no token that only stands behind it, and the server none that it knows alone", async () => {
    expect((await send("/otlp/v1/logs", `Bearer ${accountToken}`, logs())).status).toBe(401);
    const past = await request(`${server.url}/api/default/v1/logs`, {
      method: "POST",
      headers: { authorization: `Bearer ${ingestToken}`, "content-type": "application/json" },
      body: logs(),
    });
    expect(past.statusCode).toBe(401);
    await past.body.dump();
  });
});
