import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine } from "@o2cqrs/local-engine";
import { type RunningServer, type ServerVersion, startServer } from "@o2cqrs/local-openobserve";
import { OpenObserve } from "@o2cqrs/providers/client";

/** A stack that was deployed on v0.60 when its server becomes v0.90, on the same data. In order. */
jest.setTimeout(240_000);

const projectDir = join(__dirname, "..", "..");
const user = "root@example.com";
const password = "Complexpass#123";

let folder: string;
let server: RunningServer;
let before: Awaited<ReturnType<typeof inventory>>;

async function start(version: ServerVersion, port = 0): Promise<void> {
  server = await startServer({
    dataDir: join(folder, "data"),
    rootUser: user,
    rootPassword: password,
    version,
    port,
    streamDeletionSeconds: 0,
  });
}

const stack = (): Engine =>
  createEngine({
    projectDir,
    stack: "upgraded",
    stateDir: join(folder, "state"),
    passphrase: "test",
    env: { O2CQRS_URL: undefined, O2CQRS_USER: undefined, O2CQRS_PASSWORD: undefined },
    config: {
      target: "existing",
      url: server.url,
      user,
      password: { value: password, secret: true },
      webhookUrl: { value: "https://hooks.example.com/cqrs", secret: true },
      environment: "dev",
      serviceName: "orders",
    },
  });

/** Every object by kind, with its id where the server makes one. */
async function inventory() {
  const client = new OpenObserve({
    url: server.url,
    organization: "default",
    credential: { kind: "basic", user, password },
  });
  try {
    const ids = (list: readonly object[], ...keys: string[]) =>
      list.map((item) => keys.map((key) => String((item as Record<string, unknown>)[key])).join(" ")).sort();
    return {
      version: (await client.capabilities()).version,
      streams: ids(
        (await client.streams.list()).filter(({ stream_type }) => stream_type !== "metadata"),
        "stream_type",
        "name",
      ),
      functions: ids(await client.functions.list(), "name"),
      pipelines: ids(await client.pipelines.list(), "name", "pipeline_id"),
      alerts: ids(await client.alerts.list(), "name", "alert_id"),
      destinations: ids(await client.alertDestinations.list(), "name").filter(
        (name) => !name.startsWith("prebuilt_"),
      ),
    };
  } finally {
    await client.close();
  }
}

const outputs = async () => (await stack().outputs({ showSecrets: true })) as { env: Record<string, string> };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "o2cqrs-upgrade-"));
  await start("0.60");
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe("an upgrade of the server from v0.60 to v0.90", () => {
  let token: string | undefined;

  it("begins with a stack that is deployed on v0.60", async () => {
    const { errors } = await stack().up();
    expect(errors).toEqual([]);
    before = await inventory();
    expect(before.version).toMatch(/0\.60/);
    expect(before.alerts.length).toBeGreaterThan(20);
    token = (await outputs()).env.OPENOBSERVE_TOKEN;
  });

  it("loses no object, and every one keeps its id", async () => {
    const { port } = server;
    await server.close();
    await start("0.90", port);
    const after = await inventory();
    expect(after.version).toMatch(/0\.90/);
    expect({ ...after, version: before.version }).toEqual(before);
  });

  it("leaves nothing for the next deploy to do", async () => {
    const { errors, changes } = await stack().up();
    expect(errors).toEqual([]);
    expect(Object.keys(changes)).toEqual(["same"]);
  });

  it("shows no drift", async () => {
    const { errors, changes } = await stack().refresh();
    expect(errors).toEqual([]);
    expect(Object.keys(changes)).toEqual(["same"]);
  });

  it("keeps the application's token, which v0.90 would not tell again", async () => {
    expect(token).toBeTruthy();
    expect((await outputs()).env.OPENOBSERVE_TOKEN).toBe(token);
    const { env } = await outputs();
    const response = await fetch(`${server.url}/api/default/cqrs-events/_json`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`${env.OPENOBSERVE_USER!}:${token!}`).toString("base64")}`,
        "content-type": "application/json",
      },
      body: "[]",
    });
    expect(response.status).toBe(200);
  });

  it("ends with a stack that can still be destroyed to nothing", async () => {
    const { errors } = await stack().destroy();
    expect(errors).toEqual([]);
    expect(await inventory()).toMatchObject({ functions: [], pipelines: [], alerts: [], destinations: [] });
  });
});
