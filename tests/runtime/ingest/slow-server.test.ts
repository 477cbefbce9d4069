import { once } from "node:events";
import { BatchLimit } from "../../../runtime/ingest/batch-limit.js";
import { RequestLimit } from "../../../runtime/ingest/request-limit.js";
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

test("a server that stood still gets what it took before after a few answers, and more with care", () => {
  const limit = new BatchLimit();
  for (const size of [400, 200, 100, 50, 25]) limit.timedOut(size);
  expect(limit.records).toBe(12);
  const grown = upTo(7).map(() => {
    limit.answered(limit.records);
    return limit.records;
  });
  expect(grown).toEqual([24, 48, 96, 192, 200, 225, 254]);
});

test("a server that answers nothing has one request to answer in the end, and all of them again when it does", async () => {
  let open = 0;
  let answering = false;
  const openAtArrival: number[] = [];
  const seen = (most: number) =>
    new Promise<void>((resolve) => {
      ingesting.server.respond = (request, response) => {
        openAtArrival.push(++open);
        response.once("close", () => open--);
        if (open === most) resolve();
        // Time for the others to arrive.
        if (answering) setTimeout(() => accept(request, response), 10);
      };
    });
  const performance = { ...patience, batchSize: 10, timeout: 200 };
  const client = ingesting.clientOf({ performance });
  const five = seen(5);
  for (const n of upTo(2000)) client.send("s", record(n));
  await five;
  // Five time out, then two, then one at a time.
  while (openAtArrival.length < 5 + 2 + 3) await once(ingesting.server.arrivals, "request");
  // One, and perhaps another whose end the server has not seen yet.
  expect(Math.max(...openAtArrival.slice(-2))).toBeLessThanOrEqual(2);
  const again = seen(5);
  answering = true;
  await again;
  await client.flush();
  expect(client.stats.s).toMatchObject({ delivered: 2000, deadLettered: 0 });
});

describe("the limit of requests", () => {
  const limitOf = (concurrency: number) => {
    const requests = { concurrency, pending: 1, pause: jest.fn(), start: jest.fn() };
    return { requests, limit: new RequestLimit(requests, { timeoutMs: 500, cooldownMs: 2000 }) };
  };

  beforeEach(() => {
    jest.useFakeTimers();
    jest.advanceTimersByTime(1);
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  const timeOut = (limit: RequestLimit, requests = 1) => {
    const startedAt = performance.now();
    jest.advanceTimersByTime(500);
    return upTo(requests).map(() => limit.timedOut(startedAt));
  };

  test("halves at a timeout, once for those under way together, and grows with the answers", () => {
    const { requests, limit } = limitOf(5);
    requests.pending = 5;
    expect(timeOut(limit, 5)).toEqual([false, false, false, false, false]);
    expect(requests.concurrency).toBe(2);
    requests.pending = 2;
    timeOut(limit, 2);
    expect(requests.concurrency).toBe(1);
    expect(requests.pause).not.toHaveBeenCalled();
    const answersUntilMore = [1, 2, 3, 4].map((concurrency) => {
      let answers = 0;
      for (; requests.concurrency === concurrency; answers++) limit.answered();
      return answers;
    });
    expect(answersUntilMore).toEqual([4, 8, 12, 16]);
    limit.answered();
    expect(requests.concurrency).toBe(5);
  });

  test("says whether a request was alone, so that what it carried is to blame", () => {
    const { requests, limit } = limitOf(5);
    expect(timeOut(limit)).toEqual([true]);
    requests.pending = 2;
    expect(timeOut(limit, 2)).toEqual([false, false]);
  });

  test("pauses between single requests, longer and longer, and never for long", () => {
    const { requests, limit } = limitOf(1);
    const random = jest.spyOn(Math, "random").mockReturnValue(0.99);
    for (const bound of [500, 1000, 2000, 2000]) {
      timeOut(limit);
      expect(requests.pause).toHaveBeenCalled();
      jest.advanceTimersByTime(bound * 0.98);
      expect(requests.start).not.toHaveBeenCalled();
      jest.advanceTimersByTime(bound * 0.02);
      expect(requests.start).toHaveBeenCalledTimes(1);
      requests.start.mockClear();
    }
    limit.answered();
    timeOut(limit);
    jest.advanceTimersByTime(500);
    expect(requests.start).toHaveBeenCalledTimes(1);
    random.mockRestore();
  });
});
