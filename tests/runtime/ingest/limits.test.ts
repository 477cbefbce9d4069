import { once } from "node:events";
import { readdir, rm } from "node:fs/promises";
import { type ServerResponse } from "node:http";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Lane } from "../../../runtime/ingest/lane.js";
import { ingestingInEachTest, record } from "./ingesting.js";
import { accept, type StubRequest } from "./stub-server.js";

const ingesting = ingestingInEachTest();
const sent = () => ingesting.server.records().map(({ n }) => Number(n));

test("no more than five requests are under way at once, over all streams together", async () => {
  const held: (() => void)[] = [];
  const five = new Promise<void>((resolve) => {
    ingesting.server.respond = (request: StubRequest, response: ServerResponse) => {
      held.push(() => accept(request, response));
      if (held.length === 5) resolve();
    };
  });
  const client = ingesting.clientOf();
  for (let n = 0; n < 400; n++) for (const stream of ["a", "b", "c"]) client.send(stream, record(n));
  await five;
  await client.persisted();
  expect(held).toHaveLength(5);
  ingesting.server.respond = accept;
  for (const answer of held) answer();
  await client.flush();
  expect(sent()).toHaveLength(1200);
});

test("a batch ends at so many bytes, though it could hold more records", async () => {
  const client = ingesting.clientOf({ maxBatchBytes: 2048 });
  for (let n = 0; n < 20; n++) client.send("s", { ...record(n), filler: "x".repeat(500) });
  await client.flush();
  expect(sent()).toEqual(expect.arrayContaining(Array.from({ length: 20 }, (_, n) => n)));
  for (const { records } of ingesting.server.requests) expect(records.length).toBeLessThanOrEqual(3);
});

test("a record that is larger than a batch may be goes alone", async () => {
  const client = ingesting.clientOf({ maxBatchBytes: 1024 });
  client.send("s", { ...record(1), filler: "x".repeat(5000) });
  client.send("s", record(2));
  await client.flush();
  expect(ingesting.server.requests.map(({ records }) => records.length)).toEqual([1, 1]);
});

test("bodies are compressed when told to, and by itself only for a server elsewhere", async () => {
  const encodingOf = async (options: Parameters<typeof ingesting.clientOf>[0]) => {
    ingesting.server.requests.length = 0;
    const client = ingesting.clientOf(options);
    client.send("s", record(1));
    await client.flush();
    expect(sent()).toEqual([1]);
    return ingesting.server.requests[0]!.encoding;
  };
  expect(await encodingOf({ gzip: true })).toBe("gzip");
  expect(await encodingOf({})).toBeUndefined();
  // Reaches this machine, under a name that does not say so.
  expect(await encodingOf({ baseUrl: ingesting.server.url.replace("127.0.0.1", "0.0.0.0") })).toBe("gzip");
});

test("a process that lost its folder to another one goes on in a new one, and nothing is lost", async () => {
  const client = ingesting.clientOf({ staleMs: 2000 });
  client.send("s", record(1));
  await client.persisted();
  const journals = join(ingesting.directory, "journals");
  const [lock] = (await readdir(journals)).filter((name) => name.endsWith(".lock"));
  const lost = once(client.events, "diskError");
  // As one finds it after having been stopped for long: the lock was stale, and taken.
  await rm(join(journals, lock!), { recursive: true });
  const [{ error }] = (await lost) as [{ error: Error }];
  expect(error.message).toContain("taken over by another process");
  client.send("s", record(2));
  const stopped = jest.spyOn(Lane.prototype, "stop");
  await client.flush();
  expect(new Set(sent())).toEqual(new Set([1, 2]));
  // Its files are closed: a machine that sleeps every night would leave some each time.
  while (stopped.mock.calls.length === 0) await setImmediate();
  stopped.mockRestore();
  expect((await readdir(journals)).filter((name) => !name.endsWith(".lock")).length).toBeGreaterThan(1);
});
