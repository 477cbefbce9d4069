import { getEventListeners, once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { OwnedFolder } from "../../../runtime/ingest/spool.js";
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

test("a flush ends with the client, whatever is not delivered", async () => {
  ingesting.server.respond = (_, response) => json(response, 503, {});
  const client = ingesting.clientOf();
  client.send("cqrs-events", record(1));
  const flushed = client.flush();
  await client.close({ deadlineMs: 20 });
  await flushed;
  await client.flush();
});

test("closes although its folder cannot be removed, and tells of it", async () => {
  const client = ingesting.clientOf();
  const release = jest.spyOn(OwnedFolder.prototype, "release").mockRejectedValueOnce(new Error("busy"));
  const told = once(client.events, "diskError");
  client.send("cqrs-events", record(1));
  expect((await client.close()).streams["cqrs-events"]).toMatchObject({ delivered: 1 });
  expect(await told).toMatchObject([{ error: { message: "busy" } }]);
  release.mockRestore();
});

test("waits no longer for a batch to fill because the clock was set back", async () => {
  const performance = { batchSize: 100, flushInterval: 100, maxRetries: 2, timeout: 5000 };
  const client = ingesting.clientOf({ performance });
  const arrived = once(ingesting.server.arrivals, "request");
  const now = Date.now();
  const clock = jest.spyOn(Date, "now").mockImplementation(() => now);
  client.send("cqrs-events", record(1));
  clock.mockImplementation(() => now - 3600e3);
  await client.persisted();
  clock.mockImplementation(() => now - 7200e3);
  client.send("cqrs-events", record(2));
  await arrived;
  clock.mockRestore();
  expect(numbers()).toContain(1);
});

test.each([0, -5, Number.NaN, 0.5])(
  "a batch size of %p sends records one by one, and loses none",
  async (batchSize) => {
    const client = ingesting.clientOf();
    client.batchSize = batchSize;
    for (const n of [0, 1, 2]) client.send("cqrs-events", record(n));
    await client.flush();
    expect(ingesting.server.requests.map(({ records }) => records.length)).toEqual([1, 1, 1]);
  },
);

test("a batch size that changes counts from the next batch on, while records keep coming", async () => {
  const client = ingesting.clientOf();
  let n = 0;
  for (const batchSize of [100, 10, 50]) {
    client.batchSize = batchSize;
    ingesting.server.requests.length = 0;
    for (let sent = 0; sent < 200; sent++) client.send("cqrs-events", record(n++));
    await client.flush();
    const sizes = ingesting.server.requests.map(({ records }) => records.length);
    expect(Math.max(...sizes)).toBe(batchSize);
  }
  expect(client.stats["cqrs-events"]).toMatchObject({ accepted: 600, delivered: 600 });
});

test("a stream that is paused and set free again takes up where it was", async () => {
  const client = ingesting.clientOf();
  for (const n of [0, 1, 2, 3, 4, 5]) {
    client.pausedStreams = n % 2 === 0 ? [] : ["cqrs-events", "unknown"];
    expect(client.send("cqrs-events", record(n))).toBe(n % 2 === 0);
  }
  await client.flush();
  expect(numbers()).toEqual([0, 2, 4]);
  expect(client.stats["cqrs-events"]).toMatchObject({ delivered: 3, paused: 3, dropped: 0 });
});

test("one abandoned folder that cannot be read keeps no other from being delivered", async () => {
  ingesting.server.respond = (_, response) => json(response, 503, {});
  const first = ingesting.clientOf();
  first.send("cqrs-events", record(7));
  await first.close({ deadlineMs: 0 });
  for (const name of ["0-bad", "1-bad", "9-bad", "z-bad"])
    // The order in which they are read is the disk's.
    await mkdir(join(ingesting.directory, "journals", name, "%ZZ"), { recursive: true });
  ingesting.server.requests.length = 0;
  ingesting.server.respond = accept;
  const second = ingesting.clientOf();
  const errors: Error[] = [];
  second.events.on("diskError", ({ error }) => errors.push(error));
  await second.flush();
  expect(numbers()).toEqual([7]);
  expect(errors).toHaveLength(4);
  const locked = (await readdir(join(ingesting.directory, "journals"))).filter((name) =>
    name.endsWith("bad.lock"),
  );
  expect(locked).toEqual([]);
});

test("journals that are adopted for days leave nothing on the client's signal", async () => {
  const adopted = 30;
  ingesting.server.respond = (_, response) => json(response, 503, {});
  for (let n = 0; n < adopted; n++) {
    const dead = ingesting.clientOf();
    dead.send("cqrs-events", record(n));
    await dead.close({ deadlineMs: 0 });
  }
  ingesting.server.respond = accept;
  const listening = jest.spyOn(AbortSignal.prototype, "addEventListener");
  const client = ingesting.clientOf();
  await client.flush();
  expect(numbers().length).toBeGreaterThanOrEqual(adopted);
  const signals = new Set(listening.mock.contexts as AbortSignal[]);
  while ([...signals].some((signal) => getEventListeners(signal, "abort").length > 0)) await setImmediate();
  listening.mockRestore();
});
