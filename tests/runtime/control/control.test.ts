import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import {
  controlCleared,
  controlEnvNames,
  controlChange,
  controlPaths,
  controlStatus,
  envNames,
} from "@o2cqrs/contract";
import { QueryCache } from "../../../runtime/cache/index.js";
import {
  controlOptionsFromEnv,
  type ControlServer,
  ControlSettingsError,
  startControlServer,
} from "../../../runtime/control/index.js";
import { startTelemetry, type Telemetry } from "../../../runtime/telemetry/index.js";
import { StubServer } from "../ingest/stub-server.js";

const token = "a-token-of-some-length";

let backend: StubServer;
let telemetry: Telemetry;
let cache: QueryCache;
let queue: string[];
let control: ControlServer;

beforeEach(async () => {
  backend = await StubServer.start();
  telemetry = startTelemetry({
    env: {
      [envNames.url]: backend.url,
      [envNames.token]: "an-ingest-token",
      [envNames.serviceName]: "orders",
      [envNames.resourceAttributes]: "service.version=1.2.3,service.instance.id=one",
    },
    metricIntervalMs: 60_000,
  });
  cache = new QueryCache();
  queue = ["a", "b"];
  control = await startControlServer({
    token,
    telemetry,
    caches: { queries: cache },
    queues: { deadLetters: { size: () => queue.length, clear: () => queue.splice(0).length } },
  });
});

afterEach(async () => {
  await control.close();
  cache.destroy();
  await telemetry.shutdown({ deadlineMs: 100 });
  await backend.stop();
});

async function call(method: string, path: string, body?: unknown, authorization = `Bearer ${token}`) {
  const response = await fetch(control.url + path, {
    method,
    ...(authorization !== "" && { headers: { authorization } }),
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

describe("the control endpoint", () => {
  test("listens on this machine only, unless told otherwise", () => {
    expect(new URL(control.url).hostname).toBe("127.0.0.1");
  });

  test("says which process it is, and how it is set", async () => {
    const { status, body } = await call("GET", controlPaths.status);
    expect(status).toBe(200);
    expect(controlStatus.parse(body)).toMatchObject({
      service: "orders",
      version: "1.2.3",
      instance: "one",
      settings: { samplingRate: 1, batchSize: 500, pausedStreams: [] },
      queues: { deadLetters: 2 },
    });
  });

  test("lowers sampling for traces that begin from now on, and puts it back", async () => {
    const kept = () =>
      Array.from({ length: 50 }, () => telemetry.tracer.startSpan("work")).filter(
        (span) => (span.spanContext().traceFlags & 1) === 1,
      ).length;
    expect(kept()).toBe(50);
    const { body } = await call("PATCH", controlPaths.settings, { samplingRate: 0 });
    expect(controlChange.parse(body)).toMatchObject({
      before: { samplingRate: 1 },
      after: { samplingRate: 0 },
    });
    expect(kept()).toBe(0);
    await call("PATCH", controlPaths.settings, { samplingRate: 1 });
    expect(kept()).toBe(50);
  });

  test("lowers the batch size of streams that flow already", async () => {
    telemetry.ingest!.send("s", { n: 0 });
    await telemetry.ingest!.flush();
    await call("PATCH", controlPaths.settings, { batchSize: 100 });
    for (let n = 0; n < 250; n++) telemetry.ingest!.send("s", { n });
    await telemetry.ingest!.flush();
    const sizes = backend.requests
      .filter(({ path }) => path.includes("/s/"))
      .map(({ records }) => records.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(251);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  });

  test("pauses a stream and resumes it: records in between are counted, not taken", async () => {
    await call("PATCH", controlPaths.settings, { pausedStreams: ["cqrs-app"] });
    expect(telemetry.ingest!.send("cqrs-app", { n: 1 })).toBe(false);
    expect(telemetry.ingest!.send("cqrs-commands", { n: 1 })).toBe(true);
    await call("PATCH", controlPaths.settings, { pausedStreams: [] });
    expect(telemetry.ingest!.send("cqrs-app", { n: 2 })).toBe(true);
    await telemetry.ingest!.flush();
    expect(telemetry.ingest!.stats["cqrs-app"]).toMatchObject({ paused: 1, dropped: 0, delivered: 1 });
  });

  test("clears background refreshes and queues, and delivers telemetry instead of throwing it away", async () => {
    await cache.get({ key: ["a"], type: "A", fetch: () => Promise.resolve(1), refreshEveryMs: 60_000 });
    telemetry.ingest!.send("s", { n: 1 });
    const { body } = await call("POST", controlPaths.clear);
    expect(controlCleared.parse(body)).toMatchObject({
      refreshers: { queries: 1 },
      queues: { deadLetters: 2 },
    });
    expect(cache.stats).toMatchObject({ refreshTimers: 0, entries: 0 });
    expect(queue).toEqual([]);
    expect(telemetry.ingest!.stats.s).toMatchObject({ delivered: 1, dropped: 0 });
    const again = controlCleared.parse((await call("POST", controlPaths.clear)).body);
    expect(again).toMatchObject({ refreshers: { queries: 0 }, queues: { deadLetters: 0 } });
  });
});

test("calls end while records keep coming, one after another, and none is lost", async () => {
  const { ingest } = telemetry;
  const flushed = jest.spyOn(ingest!, "flush");
  let sent = 0;
  const pushing = setInterval(() => ingest!.send("s", { n: sent++ }), 1);
  for (let round = 0; round < 5; round++) {
    const batchSize = round % 2 === 0 ? 100 : 1000;
    const pausedStreams = round % 2 === 0 ? ["cqrs-app"] : [];
    const { body } = await call("PATCH", controlPaths.settings, { batchSize, pausedStreams });
    expect(controlChange.parse(body).after).toMatchObject({ batchSize, pausedStreams });
    expect((await call("POST", controlPaths.clear)).status).toBe(200);
    let ended = false;
    void (flushed.mock.results.at(-1)!.value as Promise<void>).then(() => (ended = true));
    await setImmediate();
    expect(ended).toBe(true); // And not the time that a clear waits at most.
  }
  clearInterval(pushing);
  await ingest!.flush();
  expect(ingest!.stats.s).toMatchObject({ accepted: sent, delivered: sent, dropped: 0 });
});

describe("the control endpoint refuses", () => {
  const everything = [
    ["GET", controlPaths.status],
    ["PATCH", controlPaths.settings],
    ["POST", controlPaths.clear],
    ["GET", "/elsewhere"],
  ] as const;

  test.each(everything)(
    "%s %s without the token, with another one, and in another scheme",
    async (method, path) => {
      const wrong = ["", "Bearer ", "Bearer wrong", `Bearer ${token}x`, `Basic ${btoa(`a:${token}`)}`, token];
      for (const authorization of wrong) {
        const { status, body } = await call(method, path, method === "GET" ? undefined : "{}", authorization);
        expect({ authorization, status, body }).toEqual({
          authorization,
          status: 401,
          body: { error: "the token is missing or wrong" },
        });
      }
      expect(queue).toHaveLength(2);
    },
  );

  test("settings that the contract does not allow, and changes nothing", async () => {
    const wrong = [
      { samplingRate: 2 },
      { samplingRate: "0" },
      { batchSize: 5 },
      { pausedStreams: "cqrs-app" },
      { token: "x" },
      [],
      "not json",
      "",
    ];
    for (const body of wrong) expect((await call("PATCH", controlPaths.settings, body)).status).toBe(400);
    expect(telemetry.settings).toEqual({ samplingRate: 1, batchSize: 500, pausedStreams: [] });
  });

  test("any other body without ending", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (body) => {
        const { status } = await call("PATCH", controlPaths.settings, body);
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 100 },
    );
    expect((await call("GET", controlPaths.status)).status).toBe(200);
  });

  test("bodies that are too large", async () => {
    const { status } = await call("PATCH", controlPaths.settings, { pausedStreams: ["x".repeat(70_000)] });
    expect(status).toBe(413);
  });

  test("what is not HTTP, and serves the next one", async () => {
    const { hostname, port } = new URL(control.url);
    const socket = connect(Number(port), hostname);
    socket.end(randomBytes(500));
    socket.resume();
    await once(socket, "close");
    expect((await call("GET", controlPaths.status)).status).toBe(200);
  });

  test("paths and methods that there are not", async () => {
    expect((await call("GET", "/elsewhere")).status).toBe(404);
    expect((await call("DELETE", controlPaths.settings)).status).toBe(404);
  });

  test("a token that could be guessed", async () => {
    await expect(startControlServer({ token: "short", telemetry })).rejects.toThrow(ControlSettingsError);
  });
});

describe("the environment", () => {
  test("has no endpoint without a token", () => {
    expect(controlOptionsFromEnv({})).toBeUndefined();
    expect(controlOptionsFromEnv({ [controlEnvNames.token]: " " })).toBeUndefined();
  });

  test("says where it listens", () => {
    expect(controlOptionsFromEnv({ [controlEnvNames.token]: token, [controlEnvNames.port]: "9100" })).toEqual(
      { token, port: 9100 },
    );
  });

  test("is told what is wrong by the variable's name, never by its value", () => {
    const short = () => controlOptionsFromEnv({ [controlEnvNames.token]: "hunter2" });
    expect(short).toThrow(controlEnvNames.token);
    expect(short).not.toThrow("hunter2");
    const port = () =>
      controlOptionsFromEnv({ [controlEnvNames.token]: token, [controlEnvNames.port]: "many" });
    expect(port).toThrow(controlEnvNames.port);
  });
});
