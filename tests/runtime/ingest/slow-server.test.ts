import { once } from "node:events";
import { BatchLimit } from "../../../runtime/ingest/batch-limit.js";
import { ingestingInEachTest, record } from "./ingesting.js";
import { accept, type StubRequest } from "./stub-server.js";

jest.setTimeout(60_000);

const ingesting = ingestingInEachTest();

// The contract allows no timeout under 5 s; the client takes any.
const patience = { batchSize: 400, flushInterval: 10, maxRetries: 2, timeout: 500 };

/** Answers in time only to requests of so many records; gives what it stored. */
function slowServer(most: number): { stored: StubRequest[] } {
  const stored: StubRequest[] = [];
  ingesting.server.respond = (request, response) => {
    if (request.records.length > most) return;
    stored.push(request);
    accept(request, response);
  };
  return { stored };
}

const numbersIn = (requests: readonly StubRequest[]) => [
  ...new Set(requests.flatMap(({ records }) => records.map(({ n }) => Number(n)))),
];
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

test("a batch that the server is too slow for is sent in halves, in order, until all of it arrived", async () => {
  const { stored } = slowServer(150);
  const client = ingesting.clientOf({ performance: { ...patience, maxRetries: 9 } });
  for (const n of upTo(400)) client.send("s", record(n));
  await client.flush();
  expect(ingesting.server.requests[0]?.records).toHaveLength(400);
  expect(numbersIn(stored)).toEqual(upTo(400));
  expect(client.stats.s).toMatchObject({ delivered: 400, deadLettered: 0, failures: 0 });
});

test("the batches after it begin with what the server can do", async () => {
  slowServer(150);
  const client = ingesting.clientOf({ performance: { ...patience, maxRetries: 9 } });
  for (const n of upTo(400)) client.send("s", record(n));
  await client.flush();
  const before = ingesting.server.requests.length;
  for (const n of upTo(400)) client.send("s", record(n));
  await client.flush();
  const sizes = ingesting.server.requests.slice(before).map(({ records }) => records.length);
  expect(Math.max(...sizes)).toBeLessThan(200);
});

test("a server that answers nothing is told of as a failure, however small the batches become", async () => {
  ingesting.server.respond = () => undefined;
  const client = ingesting.clientOf({ performance: { ...patience, timeout: 100 } });
  const failure = once(client.events, "failure");
  const recovered = once(client.events, "recovered");
  for (const n of upTo(64)) client.send("s", record(n));
  expect((await failure)[0]).toMatchObject({ stream: "s", reason: "no answer within 100 ms" });
  ingesting.server.respond = accept;
  await recovered;
  await client.flush();
  expect(client.stats.s).toMatchObject({ delivered: 64, deadLettered: 0 });
});

test("a single record that gets no answer is sent again as it is, and never set aside", async () => {
  let silent = 2;
  ingesting.server.respond = (request, response) => {
    if (silent-- <= 0) accept(request, response);
  };
  const client = ingesting.clientOf({ performance: { ...patience, timeout: 200 } });
  client.send("s", record(7));
  await client.flush();
  expect(ingesting.server.requests.every(({ records }) => records.length === 1)).toBe(true);
  expect(client.stats.s).toMatchObject({ delivered: 1, deadLettered: 0 });
});

test("the limit of a batch halves at a timeout, never to nothing, and grows by an eighth", () => {
  const limit = new BatchLimit();
  limit.answered(500);
  expect(limit.records).toBe(Infinity);
  // Of three requests under way together.
  for (let request = 0; request < 3; request++) limit.timedOut(400);
  expect(limit.records).toBe(200);
  limit.answered(199);
  expect(limit.records).toBe(200);
  limit.answered(200);
  expect(limit.records).toBe(225);
  limit.timedOut(1);
  expect(limit.records).toBe(1);
  limit.answered(1);
  expect(limit.records).toBe(2);
});
