import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type IngestOptions, IngestClient } from "openobserve-cqrs/runtime/ingest";
import { accept, json, StubServer } from "./stub-server.js";

let server: StubServer;
let directory: string;
const clients: IngestClient[] = [];

beforeEach(async () => {
  server = await StubServer.start();
  directory = await mkdtemp(join(tmpdir(), "o2cqrs-ingest-"));
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close({ deadlineMs: 0 })));
  await server.stop();
  await rm(directory, { recursive: true });
});

function clientOf(options: Partial<IngestOptions> = {}): IngestClient {
  const client = new IngestClient({
    baseUrl: server.url,
    org: "default",
    credentials: () => ({ user: "orders@example.com", token: "secret" }),
    performance: { batchSize: 100, flushInterval: 20, maxRetries: 2, timeout: 5000 },
    directory,
    retryBaseMs: 5,
    retryMaxMs: 20,
    cooldownMs: 50,
    ...options,
  });
  clients.push(client);
  return client;
}

const record = (n: number) => ({ _timestamp: Date.now() * 1000 + n, n });
const numbers = () => server.records().map(({ n }) => n);

test("sends records in batches of the configured size, with Basic credentials", async () => {
  const client = clientOf();
  for (let n = 0; n < 250; n++) expect(client.send("cqrs-commands", record(n))).toBe(true);
  await client.flush();
  expect(server.requests.map(({ records }) => records.length).sort()).toEqual([100, 100, 50]);
  expect(numbers().sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 250 }, (_, n) => n));
  expect(server.requests[0]).toMatchObject({
    path: "/api/default/cqrs-commands/_json",
    authorization: `Basic ${Buffer.from("orders@example.com:secret").toString("base64")}`,
  });
});

test("sends a batch that is not full after the flush interval", async () => {
  const client = clientOf();
  const arrived = new Promise<void>((resolve) => {
    server.respond = (request, response) => {
      accept(request, response);
      resolve();
    };
  });
  client.send("cqrs-events", record(1));
  await arrived;
  expect(numbers()).toEqual([1]);
});

test("leaves nothing on disk after everything is delivered", async () => {
  const client = clientOf();
  client.send("cqrs-events", record(1));
  const { streams, undeliveredBytes } = await client.close();
  expect(streams["cqrs-events"]).toMatchObject({ accepted: 1, delivered: 1, dropped: 0 });
  expect(undeliveredBytes).toBe(0);
  expect(await readdir(join(directory, "journals"))).toEqual([]);
});

test("keeps what the server did not take, and the next process delivers it", async () => {
  server.respond = (_, response) => json(response, 503, {});
  const first = clientOf();
  for (let n = 0; n < 30; n++) first.send("cqrs-events", record(n));
  const report = await first.close({ deadlineMs: 50 });
  expect(report.undeliveredBytes).toBeGreaterThan(0);

  server.requests.length = 0;
  server.respond = accept;
  await clientOf().flush();
  expect(numbers()).toEqual(Array.from({ length: 30 }, (_, n) => n));
  expect(await readdir(directory)).toEqual(["journals"]);
});

test("sets records that are too old aside and does not send the others again", async () => {
  server.respond = ({ records }, response) => {
    const error = "Too old data, only last 5 hours data can be ingested. Data discarded.";
    json(response, 200, { status: [{ name: "s", successful: records.length - 1, failed: 1, error }] });
  };
  const client = clientOf();
  client.send("cqrs-events", record(1));
  client.send("cqrs-events", { ...record(2), _timestamp: 5 });
  client.send("cqrs-events", record(3));
  await client.flush();
  expect(numbers()).toEqual([1, 2, 3]);
  const letters = await readFile(join(directory, "dead-letters", "cqrs-events.jsonl"), "utf8");
  const lines = letters.trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      at: expect.any(String),
      stream: "cqrs-events",
      reason: expect.stringContaining("Too old"),
      record: { _timestamp: 5, n: 2 },
    },
  ]);
});
