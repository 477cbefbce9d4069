import { once } from "node:events";
import { type IngestClient } from "openobserve-cqrs/runtime/ingest";
import { ingestingInEachTest, record } from "./ingesting.js";
import { accept, json } from "./stub-server.js";

const ingesting = ingestingInEachTest();

const filler = "x".repeat(500);

/** Sends so many records to each of some streams in turn, delivering as it goes. @returns how many were refused */
async function sendSteadily(client: IngestClient, streams: number, records: number): Promise<number> {
  let refused = 0;
  for (let n = 0; n < records; n++) {
    for (let stream = 0; stream < streams; stream++)
      if (!client.send(`s${stream}`, { ...record(n), filler })) refused++;
    if (n % 10 === 9) await client.flush();
  }
  return refused;
}

describe("a buffer that is delivered all the time never fills up, however long it goes on", () => {
  test.each([
    ["one stream in memory that is smaller than a segment", 1, { maxMemoryBytes: 64 * 1024 }],
    [
      "streams whose segments fill the memory together",
      5,
      { maxMemoryBytes: 128 * 1024, segmentBytes: 64 * 1024 },
    ],
  ])("%s", async (_, streams, tuning) => {
    const client = ingesting.clientOf({ directory: undefined, ...tuning });
    expect(await sendSteadily(client, streams, 300)).toBe(0);
    expect(client.stats.s0).toMatchObject({ accepted: 300, delivered: 300, dropped: 0 });
  });

  test("streams whose segments fill the disk together", async () => {
    const client = ingesting.clientOf({ maxBufferBytes: 128 * 1024, segmentBytes: 64 * 1024 });
    expect(await sendSteadily(client, 5, 300)).toBe(0);
  });

  test("a stream that gives up the oldest gives up nothing while another's are delivered", async () => {
    const tuning = { maxBufferBytes: 64 * 1024, segmentBytes: 48 * 1024, overflow: "drop-oldest" } as const;
    const client = ingesting.clientOf(tuning);
    await sendSteadily(client, 1, 80); // Delivered, in a segment that is not full.
    ingesting.server.respond = (_request, response) => json(response, 503, {});
    for (let n = 0; n < 60; n++) {
      client.send("s1", { ...record(n), filler });
      await client.persisted();
    }
    expect(client.stats.s1).toMatchObject({ accepted: 60, dropped: 0 });
  });
});

test("says that it has room again, though nothing is sent meanwhile and no segment is full", async () => {
  ingesting.server.respond = (_, response) => json(response, 503, {});
  const client = ingesting.clientOf({ directory: undefined, maxMemoryBytes: 64 * 1024 });
  while (client.send("s", { ...record(1), filler }));
  const drained = once(client.events, "drain");
  ingesting.server.respond = accept;
  await drained;
  expect(client.send("s", record(2))).toBe(true);
});

test("a burst that memory has no room for costs nothing that waits on disk", async () => {
  ingesting.server.respond = (_, response) => json(response, 503, {});
  const tuning = { maxMemoryBytes: 64 * 1024, segmentBytes: 4096, overflow: "drop-oldest" } as const;
  const client = ingesting.clientOf(tuning);
  // More than the batches hold that are under way.
  for (let n = 0; n < 900; n++) {
    client.send("s", { ...record(n), filler });
    if (n % 50 === 49) await client.persisted();
  }
  let refused = 0;
  for (let n = 0; n < 200; n++) if (!client.send("s", { ...record(n), filler })) refused++; // In one turn.
  expect(refused).toBeGreaterThan(0);
  ingesting.server.respond = accept;
  await client.flush();
  expect(client.stats.s).toMatchObject({ delivered: 1100 - refused, dropped: refused });
});

test("what is lost with the memory is told of exactly, however many records were refused before", async () => {
  ingesting.server.respond = (_, response) => json(response, 503, {});
  const client = ingesting.clientOf({ directory: undefined, maxMemoryBytes: 64 * 1024 });
  const drops = { overflow: 0, closed: 0, lost: 0 };
  client.events.on("dropped", ({ reason, records }) => (drops[reason] += records));
  let accepted = 0;
  for (let n = 0; n < 1000; n++) if (client.send("s", { ...record(n), filler })) accepted++;
  await client.close({ deadlineMs: 20 });
  expect(drops).toEqual({ overflow: 1000 - accepted, closed: 0, lost: accepted });
  expect(client.stats.s).toMatchObject({ accepted, delivered: 0, dropped: 1000 });
});

test("every record that was accepted is counted once: as delivered, or as given up for newer ones", async () => {
  ingesting.server.respond = (_, response) => json(response, 503, {});
  const tuning = { maxBufferBytes: 64 * 1024, segmentBytes: 4096, overflow: "drop-oldest" } as const;
  const client = ingesting.clientOf({ ...tuning, cooldownMs: 10 });
  for (let n = 0; n < 1000; n++) {
    expect(client.send("s", { ...record(n), filler })).toBe(true);
    if (n % 20 === 19) await client.persisted();
  }
  ingesting.server.respond = accept;
  await client.flush();
  const { delivered, dropped } = client.stats.s!;
  expect(dropped).toBeGreaterThan(0);
  expect(delivered + dropped).toBe(1000);
});
