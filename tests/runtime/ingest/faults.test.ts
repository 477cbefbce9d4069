import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { type ServerResponse } from "node:http";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Credentials } from "openobserve-cqrs/runtime/env";
import { type IngestClient, type IngestEvents } from "openobserve-cqrs/runtime/ingest";
import { ingestingInEachTest, record } from "./ingesting.js";
import { accept, json, StubServer, type StubRequest } from "./stub-server.js";

const ingesting = ingestingInEachTest();

const sent = (stream = "s") => ingesting.server.records(stream).map(({ n }) => Number(n));
const next = <Name extends keyof IngestEvents>(client: IngestClient, name: Name) =>
  once(client.events, name).then(([value]) => value as IngestEvents[Name][0]);
const deadLetters = async (stream = "s") =>
  (await readFile(join(ingesting.directory, "dead-letters", `${stream}.jsonl`), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { reason: string; record: { n: number } });

/** Bytes that are still reachable, so that what the collector has not come to yet counts for nothing. */
function memoryInUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Answers the first requests differently, and all later ones as a healthy server. */
function failFirst(times: number, respond: (response: ServerResponse, request: StubRequest) => void): void {
  let left = times;
  ingesting.server.respond = (request, response) => {
    if (left-- > 0) respond(response, request);
    else accept(request, response);
  };
}

describe("a fault that passes: the same records are sent again, and arrive", () => {
  const faults: Record<string, (response: ServerResponse) => void> = {
    "503 without a body": (response) => void response.writeHead(503).end(),
    "429 that asks for a pause": (response) => void response.writeHead(429, { "retry-after": "0" }).end(),
    "408": (response) => void response.writeHead(408).end(),
    "a connection that is reset": (response) => void response.socket?.resetAndDestroy(),
    "an answer that is cut short": (response) => {
      response.writeHead(200, { "content-length": "500" }).write('{"code":200');
      setImmediate(() => response.socket?.destroy());
    },
    "a login page in place of an answer": (response) =>
      void response.writeHead(200).end("<html>Log in</html>"),
    "a stream that is being deleted": (response) =>
      json(response, 400, { code: 400, message: "stream [s] is being deleted" }),
  };
  test.each(Object.entries(faults))("%s", async (_name, respond) => {
    failFirst(2, respond);
    const client = ingesting.clientOf();
    client.send("s", record(1));
    await client.flush();
    expect(sent()).toEqual([1, 1, 1]);
    expect(client.stats.s).toMatchObject({ delivered: 1, failedRequests: 2, failures: 0 });
  });
});

test("waits at least as long as Retry-After asks", async () => {
  failFirst(1, (response) => void response.writeHead(429, { "retry-after": "1" }).end());
  const client = ingesting.clientOf();
  const started = performance.now();
  client.send("s", record(1));
  await client.flush();
  expect(performance.now() - started).toBeGreaterThanOrEqual(1000);
});

test("gives up on a server that answers nothing within the timeout, and tries again", async () => {
  failFirst(1, () => undefined);
  // The contract allows no timeout under 5 s; the client takes any.
  const client = ingesting.clientOf({
    performance: { batchSize: 100, flushInterval: 10, maxRetries: 2, timeout: 200 },
  });
  client.send("s", record(1));
  await client.flush();
  // On a machine that stalls for as long, an answer that came is too late as well.
  expect(sent().length).toBeGreaterThanOrEqual(2);
  expect(new Set(sent())).toEqual(new Set([1]));
  expect(client.stats.s).toMatchObject({ delivered: 1, deadLettered: 0 });
});

test("tells of a failure at the retry limit, keeps the records, and tells when it has recovered", async () => {
  failFirst(3, (response) => void response.writeHead(500).end());
  const client = ingesting.clientOf();
  const failure = next(client, "failure");
  const recovered = next(client, "recovered");
  client.send("s", record(1));
  expect(await failure).toMatchObject({ stream: "s", reason: "HTTP 500" });
  expect(await recovered).toEqual({ stream: "s" });
  await client.flush();
  expect(client.stats.s).toMatchObject({ delivered: 1, failures: 1 });
});

test("one stream's trouble does not hold up another's records", async () => {
  ingesting.server.respond = (request, response) => {
    if (request.stream === "broken") json(response, 503, {});
    else accept(request, response);
  };
  const client = ingesting.clientOf({ cooldownMs: 10_000 });
  const failure = next(client, "failure");
  for (let n = 0; n < 1000; n++) client.send("broken", record(n));
  await failure;
  const arrived = new Promise<void>((resolve) => {
    ingesting.server.respond = (request, response) => {
      if (request.stream === "well") {
        accept(request, response);
        resolve();
      } else json(response, 503, {});
    };
  });
  client.send("well", record(7));
  await arrived;
  expect(sent("well")).toEqual([7]);
});

test("finds the record that the server refuses by halving, sets it aside, and stores the others", async () => {
  ingesting.server.respond = (request, response) => {
    if (request.records.some(({ n }) => n === 13)) json(response, 400, { message: "bad record" });
    else accept(request, response);
  };
  const client = ingesting.clientOf();
  for (let n = 0; n < 20; n++) client.send("s", record(n));
  await client.flush();
  expect(client.stats.s).toMatchObject({ delivered: 19, deadLettered: 1 });
  expect(await deadLetters()).toMatchObject([{ reason: "HTTP 400 bad record", record: { n: 13 } }]);
});

test("splits a batch that is too large for the server", async () => {
  ingesting.server.respond = (request, response) => {
    if (request.records.length > 8) json(response, 413, { message: "too large" });
    else accept(request, response);
  };
  const client = ingesting.clientOf();
  for (let n = 0; n < 32; n++) client.send("s", record(n));
  await client.flush();
  expect(client.stats.s).toMatchObject({ delivered: 32, deadLettered: 0 });
});

test("keeps every record of a batch on file when the answer does not say which were rejected", async () => {
  ingesting.server.respond = ({ records }, response) =>
    json(response, 200, {
      status: [{ successful: records.length - 1, failed: 1, error: "schema conflict" }],
    });
  const client = ingesting.clientOf();
  for (let n = 0; n < 3; n++) client.send("s", record(n));
  await client.flush();
  expect(client.stats.s).toMatchObject({ delivered: 2, deadLettered: 1 });
  const letters = await deadLetters();
  expect(letters.map((letter) => letter.record.n)).toEqual([0, 1, 2]);
  expect(letters[0]!.reason).toBe("1 of these 3 records were rejected: schema conflict");
});

test("reads its credentials again when they are refused", async () => {
  const tokens = ["old", "new"];
  const credentials = (): Credentials => ({ user: "u", token: tokens.shift() ?? "new" });
  const good = `Basic ${Buffer.from("u:new").toString("base64")}`;
  ingesting.server.respond = (request, response) => {
    if (request.authorization === good) accept(request, response);
    else json(response, 401, "Unauthorized Access");
  };
  const client = ingesting.clientOf({ credentials });
  client.send("s", record(1));
  await client.flush();
  expect(client.stats.s).toMatchObject({ delivered: 1, failedRequests: 0 });
});

test("credentials that never come are a failure that is told of, and are asked for again", async () => {
  let asked = 0;
  const credentials = () =>
    asked++ === 0 ? new Promise<Credentials>(() => undefined) : { user: "u", token: "t" };
  const performance = { batchSize: 100, flushInterval: 10, maxRetries: 0, timeout: 100 };
  const client = ingesting.clientOf({ credentials, performance, concurrency: 1 });
  const failure = next(client, "failure");
  client.send("s", record(1));
  expect((await failure).reason).toBe("no credentials within 100 ms");
  await client.flush();
  expect(client.stats.s).toMatchObject({ delivered: 1 });
});

test("says to check the token when new credentials are refused as well, and keeps the records", async () => {
  ingesting.server.respond = (_, response) => json(response, 401, "Unauthorized Access");
  const client = ingesting.clientOf({ cooldownMs: 10_000 });
  const failure = next(client, "failure");
  client.send("s", record(1));
  expect((await failure).reason).toContain("check the token");
  expect((await client.close({ deadlineMs: 0 })).undeliveredBytes).toBeGreaterThan(0);
});

test("sends a token without a user as Bearer", async () => {
  const client = ingesting.clientOf({ credentials: () => ({ token: "gateway" }) });
  client.send("s", record(1));
  await client.flush();
  expect(ingesting.server.requests[0]!.authorization).toBe("Bearer gateway");
});

test("follows a move on the same server that keeps the method", async () => {
  ingesting.server.respond = (request, response) => {
    if (request.path.startsWith("/moved/")) accept(request, response);
    else response.writeHead(308, { location: `/moved${request.path}` }).end();
  };
  const client = ingesting.clientOf();
  client.send("s", record(1));
  await client.flush();
  expect(ingesting.server.requests.map(({ path }) => path)).toEqual([
    "/api/default/s/_json",
    "/moved/api/default/s/_json",
  ]);
});

test("carries neither records nor credentials to another server, and names its address", async () => {
  const other = await StubServer.start();
  ingesting.server.respond = (_, response) =>
    void response.writeHead(307, { location: `${other.url}/x` }).end();
  const client = ingesting.clientOf({ cooldownMs: 10_000 });
  const failure = next(client, "failure");
  client.send("s", record(1));
  expect((await failure).reason).toBe(
    `the server moved to ${other.url}/x: set OPENOBSERVE_URL to its new address`,
  );
  expect(other.requests).toEqual([]);
  await other.stop();
});

test("reports a clock that is wrong by more than the limit, once", async () => {
  ingesting.server.respond = (request, response) => {
    response.setHeader("date", new Date(Date.now() - 3600e3).toUTCString());
    accept(request, response);
  };
  const client = ingesting.clientOf();
  const skews: number[] = [];
  client.events.on("clockSkew", ({ aheadMs }) => skews.push(aheadMs));
  for (let n = 0; n < 3; n++) {
    client.send("s", record(n));
    await client.flush();
  }
  expect(skews).toHaveLength(1);
  expect(skews[0]).toBeLessThan(-3590e3);
});

describe("a full buffer", () => {
  const small = { maxBufferBytes: 64 * 1024, segmentBytes: 4096, cooldownMs: 10_000 };
  const filler = "x".repeat(500);

  async function overfill(client: IngestClient): Promise<number> {
    ingesting.server.respond = (_, response) => json(response, 503, {});
    let accepted = 0;
    for (let n = 0; n < 400; n++) {
      if (client.send("s", { ...record(n), filler })) accepted++;
      if (n % 10 === 9) await client.persisted();
    }
    return accepted;
  }

  test("refuses new records by default, tells of it in sums, and keeps what it took", async () => {
    const client = ingesting.clientOf(small);
    const dropped = next(client, "dropped");
    const accepted = await overfill(client);
    expect(accepted).toBeLessThan(130);
    expect(await dropped).toMatchObject({ stream: "s", reason: "overflow" });
    expect(client.stats.s).toMatchObject({ accepted, dropped: 400 - accepted });
    expect(client.bufferedBytes).toBeLessThanOrEqual(small.maxBufferBytes);
    await client.close({ deadlineMs: 0 });

    ingesting.server.requests.length = 0;
    ingesting.server.respond = accept;
    await ingesting.clientOf().flush();
    expect(new Set(sent()).size).toBe(accepted);
  });

  test("gives up the oldest records instead, if that is the policy", async () => {
    const client = ingesting.clientOf({ ...small, overflow: "drop-oldest" });
    const accepted = await overfill(client);
    expect(accepted).toBe(400);
    expect(client.bufferedBytes).toBeLessThanOrEqual(small.maxBufferBytes);
    await client.close({ deadlineMs: 0 });

    ingesting.server.requests.length = 0;
    ingesting.server.respond = accept;
    await ingesting.clientOf().flush();
    expect(sent()).toContain(399);
    expect(sent()).not.toContain(0);
  });

  test("says when it has room again", async () => {
    const client = ingesting.clientOf({ ...small, cooldownMs: 20 });
    await overfill(client);
    const drained = once(client.events, "drain");
    ingesting.server.respond = accept;
    await drained;
    expect(client.send("s", record(1))).toBe(true);
  });
});

test("keeps records in memory when the folder cannot be used, tells of it, and delivers them", async () => {
  const client = ingesting.clientOf({ directory: "/dev/null/nowhere" });
  const diskError = next(client, "diskError");
  client.send("s", record(1));
  await client.flush();
  expect((await diskError).error).toBeInstanceOf(Error);
  expect(sent()).toEqual([1]);
});

test("works without a folder, and says at the end what was lost with the memory", async () => {
  ingesting.server.respond = (_, response) => json(response, 503, {});
  const client = ingesting.clientOf({ directory: undefined });
  const dropped = next(client, "dropped");
  client.send("s", record(1));
  await client.close({ deadlineMs: 20 });
  expect(await dropped).toEqual({ stream: "s", records: 1, reason: "lost" });
});

test("never throws: what cannot be serialised or is too large is set aside, what comes after the end is counted", async () => {
  const client = ingesting.clientOf();
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  expect(client.send("s", circular)).toBe(false);
  expect(client.send("s", { toJSON: () => undefined })).toBe(false);
  expect(client.send("s", { text: "x".repeat(5 * 2 ** 20) })).toBe(false);
  await client.close();
  expect(client.send("s", record(1))).toBe(false);
  expect(client.stats.s).toMatchObject({ accepted: 0, deadLettered: 3, dropped: 1 });
});

test("a listener that throws harms nothing", async () => {
  const warned = jest.spyOn(process, "emitWarning").mockImplementation();
  ingesting.server.respond = ({ records }, response) =>
    json(response, 200, { status: [{ successful: 0, failed: records.length, error: "no" }] });
  const client = ingesting.clientOf();
  client.events.on("deadLetter", () => {
    throw new Error("listener");
  });
  client.send("s", record(1));
  await client.flush();
  expect(warned).toHaveBeenCalledWith(expect.stringContaining('"deadLetter" threw'));
  warned.mockRestore();
});

test("two processes share a folder without touching each other's records", async () => {
  const [a, b] = [ingesting.clientOf(), ingesting.clientOf()];
  a.send("s", record(1));
  b.send("s", record(2));
  await Promise.all([a.flush(), b.flush()]);
  expect(sent().sort()).toEqual([1, 2]);
  expect(await readdir(join(ingesting.directory, "journals"))).toHaveLength(4); // Two folders and their locks.
});

test("memory stays bounded while the server is down and the application goes on logging", async () => {
  const client = ingesting.clientOf({ maxBufferBytes: 16 * 2 ** 20, cooldownMs: 50 });
  await ingesting.server.stop();
  const filler = "x".repeat(2000);
  const before = memoryInUse();
  for (let n = 0; n < 30_000; n++) {
    client.send("s", { ...record(n), filler }); // 60 MB in all.
    if (n % 100 === 99) await client.persisted();
  }
  expect(client.stats.s!.dropped).toBeGreaterThan(0);
  expect(memoryInUse() - before).toBeLessThan(20 * 2 ** 20);
  await client.close({ deadlineMs: 0 });
});
