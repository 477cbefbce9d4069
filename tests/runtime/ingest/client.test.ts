import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ingestingInEachTest, record } from "./ingesting.js";
import { accept, json } from "./stub-server.js";

const ingesting = ingestingInEachTest();

const numbers = () => ingesting.server.records().map(({ n }) => n);

test("sends records in batches of the configured size, with Basic credentials", async () => {
  const client = ingesting.clientOf();
  for (let n = 0; n < 250; n++) expect(client.send("cqrs-commands", record(n))).toBe(true);
  await client.flush();
  expect(ingesting.server.requests.map(({ records }) => records.length).sort()).toEqual([100, 100, 50]);
  expect(numbers().sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 250 }, (_, n) => n));
  expect(ingesting.server.requests[0]).toMatchObject({
    path: "/api/default/cqrs-commands/_json",
    authorization: `Basic ${Buffer.from("orders@example.com:secret").toString("base64")}`,
  });
});

test("sends a batch that is not full after the flush interval", async () => {
  const client = ingesting.clientOf();
  const arrived = new Promise<void>((resolve) => {
    ingesting.server.respond = (request, response) => {
      accept(request, response);
      resolve();
    };
  });
  client.send("cqrs-events", record(1));
  await arrived;
  expect(numbers()).toEqual([1]);
});

test("ends a flush although records keep coming, and lets those wait for their batch", async () => {
  const performance = { batchSize: 100, flushInterval: 60_000, maxRetries: 2, timeout: 5000 };
  const client = ingesting.clientOf({ performance });
  ingesting.server.respond = (request, response) => {
    const { length } = ingesting.server.requests;
    if (length < 20) client.send("cqrs-events", record(length)); // Before the last one is answered.
    void client.persisted().then(() => accept(request, response));
  };
  client.send("cqrs-events", record(0));
  await client.flush();
  expect(numbers()).toEqual([0]);
  await client.persisted();
  expect(client.bufferedBytes).toBeGreaterThan(0);
  await client.flush();
  expect(numbers()).toEqual([0, 1]);
});

test("ends each of several flushes when what came before it is delivered", async () => {
  const performance = { batchSize: 1, flushInterval: 60_000, maxRetries: 2, timeout: 5000 };
  const client = ingesting.clientOf({ performance, concurrency: 1 });
  const ended: number[] = [];
  const flushes: Promise<void>[] = [];
  for (const n of [0, 1, 2]) {
    client.send("cqrs-events", record(n));
    await client.persisted();
    flushes.push(client.flush().then(() => void ended.push(ingesting.server.requests.length)));
  }
  await Promise.all(flushes);
  expect(ended).toEqual([...ended].sort((a, b) => a - b));
  expect(ended.at(-1)).toBe(3);
  expect(client.stats["cqrs-events"]).toMatchObject({ delivered: 3 });
});

test("leaves nothing on disk after everything is delivered", async () => {
  const client = ingesting.clientOf();
  client.send("cqrs-events", record(1));
  const { streams, undeliveredBytes } = await client.close();
  expect(streams["cqrs-events"]).toMatchObject({ accepted: 1, delivered: 1, dropped: 0 });
  expect(undeliveredBytes).toBe(0);
  expect(await readdir(join(ingesting.directory, "journals"))).toEqual([]);
});

test("keeps what the server did not take, and the next process delivers it", async () => {
  ingesting.server.respond = (_, response) => json(response, 503, {});
  const first = ingesting.clientOf();
  for (let n = 0; n < 30; n++) first.send("cqrs-events", record(n));
  const report = await first.close({ deadlineMs: 50 });
  expect(report.undeliveredBytes).toBeGreaterThan(0);

  ingesting.server.requests.length = 0;
  ingesting.server.respond = accept;
  await ingesting.clientOf().flush();
  expect(numbers()).toEqual(Array.from({ length: 30 }, (_, n) => n));
  expect(await readdir(ingesting.directory)).toEqual(["journals"]);
});

test("sets records that are too old aside and does not send the others again", async () => {
  ingesting.server.respond = ({ records }, response) => {
    const error = "Too old data, only last 5 hours data can be ingested. Data discarded.";
    json(response, 200, { status: [{ name: "s", successful: records.length - 1, failed: 1, error }] });
  };
  const client = ingesting.clientOf();
  client.send("cqrs-events", record(1));
  client.send("cqrs-events", { ...record(2), _timestamp: 5 });
  client.send("cqrs-events", record(3));
  await client.flush();
  expect(numbers()).toEqual([1, 2, 3]);
  const letters = await readFile(join(ingesting.directory, "dead-letters", "cqrs-events.jsonl"), "utf8");
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
