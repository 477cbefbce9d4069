import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { spawn, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { context } from "@opentelemetry/api";
import { eventTimeField } from "@o2cqrs/contract";
import { runInRequest } from "openobserve-cqrs/runtime/context";
import { CqrsLogs, maskRecord, pinoDestination } from "openobserve-cqrs/runtime/logs";
import pino from "pino";
import { identity, Recording } from "../bus/recording.js";
import { StubServer } from "../ingest/stub-server.js";

let recording: Recording;
beforeEach(() => (recording = new Recording()));
afterEach(async () => {
  await recording.stop();
  context.disable();
});

const command = { type: "Place", id: "c-1", status: "success", handler: "PlaceHandler" } as const;

test("fills in time, identity, request and the active span", () => {
  recording.tracer.startActiveSpan("span", (span) => {
    runInRequest({ requestId: "r-1", tenant: "t-1" }, () => recording.logs.logCommand(command));
    span.end();
    const [record] = recording.of("commands");
    const { env, service, version, region, source } = identity;
    expect(record).toMatchObject({
      ...command,
      ...{ env, service, version, region, source },
      bus: "command",
      requestId: "r-1",
      tenant: "t-1",
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
    });
    const micros = Number(record![eventTimeField]);
    expect(new Date(micros / 1000).toISOString()).toBe(record!.timestamp);
    expect(Math.abs(micros / 1000 - Date.now())).toBeLessThan(60_000);
  });
});

test("writes to a sink that takes text what it gives to one that takes objects", () => {
  const texts: string[] = [];
  const objects: object[] = [];
  const takesObjects = { send: (_stream: string, record: object) => objects.push(record) > 0 };
  const takesText = { ...takesObjects, sendJson: (_stream: string, json: string) => texts.push(json) > 0 };
  const streams = { commands: "c", queries: "q", events: "e", metrics: "m", traces: "t" };
  const said = { ...command, duration_ms: 1.5, error: 'mail "a@example.com"\nnow', error_code: "E" };
  runInRequest({ requestId: 'r "1"', tenant: "t-1", userId: "u-1" }, () => {
    for (const sink of [takesObjects, takesText]) {
      const logs = new CqrsLogs({ sink, streams, identity });
      logs.logCommand({ ...said, status: "error" });
      logs.logEvent({ type: "Placed", status: "handled", subscriber: "S", handler: "S", dlq: false });
    }
  });
  const varying = ["recordId", eventTimeField, "timestamp", "traceId", "spanId"];
  const own = (record: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => !varying.includes(name)));
  expect(texts).toHaveLength(2);
  const read = texts.map((text) => JSON.parse(text) as Record<string, unknown>);
  const given = objects.map((record) => JSON.parse(JSON.stringify(record)) as Record<string, unknown>);
  expect(read.map(own)).toEqual(given.map(own));
  expect(Object.keys(read[0]!).sort()).toEqual(Object.keys(given[0]!).sort());
  expect(read[0]!.error).not.toContain("a@example.com");
});

test("lets the application override what is filled in, with a sink that takes text too", () => {
  const objects: object[] = [];
  const sink = { send: (_stream: string, record: object) => objects.push(record) > 0, sendJson: () => true };
  const streams = { commands: "c", queries: "q", events: "e", metrics: "m", traces: "t" };
  new CqrsLogs({ sink, streams, identity }).logCommand({ ...command, requestId: "mine" });
  expect(objects).toMatchObject([{ requestId: "mine", service: identity.service }]);
});

test("has ids even without span and request, and a record id that is never the same", () => {
  recording.logs.logCommand(command);
  recording.logs.logCommand(command);
  const [first, second] = recording.of("commands");
  expect(first!.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(first!.spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(first!.requestId).toBe(first!.traceId);
  expect(first!.recordId).not.toBe(second!.recordId);
});

test("records of one millisecond keep their order", () => {
  for (let n = 0; n < 200; n++) recording.logs.logCommand({ ...command, id: String(n) });
  const times = recording.of("commands").map((record) => Number(record[eventTimeField]));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test("reports a record that breaks the contract, and sends it all the same", () => {
  recording.logs.logCommand({ ...command, duration_ms: -1 });
  expect(recording.problems).toEqual([
    expect.stringMatching(/^A record of the kind command breaks.*duration_ms/),
  ]);
  expect(recording.of("commands")).toHaveLength(1);
});

test("masks personal data in every field that may hold some, and hides what has no known shape", () => {
  expect(
    maskRecord({
      user_email: "jane.doe@example.com",
      user_phone: "not a number",
      error: "refused jane.doe@example.com and +49 171 2345678",
      attributes: { contact: "jane.doe@example.com", count: 3 },
      userId: "u-1",
    }),
  ).toEqual({
    user_email: "j***@example.com",
    user_phone: "*****",
    error: "refused j***@example.com and +49*****78",
    attributes: { contact: "j***@example.com", count: 3 },
    userId: "u-1",
  });
});

test.each([
  ["user_email", "***jane.doe@example.com", "****@example.com"],
  ["user_email", "*** Jane Doe", "***"],
  ["user_email", "Jane Doe <jane.doe@example.com>", "***"],
  ["user_phone", "***** 5551234567", "*****"],
])("what pretends to be masked is masked: %s %j", (field, value, masked) => {
  const { [field]: left } = maskRecord<Record<string, unknown>>({ [field]: value });
  expect(left).toBe(masked);
});

test("masking twice changes nothing", () => {
  const once_ = maskRecord({
    user_email: "jane@example.com",
    user_phone: "+49 171 2345678",
    message: "a@b.de",
  });
  expect(maskRecord(once_)).toEqual(once_);
});

test("pino's lines become records of the application's stream, with the request's ids", () => {
  const logger = pino({ name: "orders" }, pinoDestination(recording.logs));
  runInRequest({ requestId: "r-1" }, () => logger.warn({ orderId: 7, nested: { a: 1 } }, "low stock"));
  logger.error(new Error("boom"), "failed");
  const [warning, error] = recording.of("cqrs-app");
  expect(warning).toMatchObject({
    level: "WARN",
    message: "low stock",
    logger: "orders",
    requestId: "r-1",
    attributes: { orderId: 7, nested: '{"a":1}' },
  });
  expect(error).toMatchObject({
    level: "ERROR",
    message: "failed",
    error: expect.stringContaining("Error: boom"),
  });
  expect(recording.problems).toEqual([]);
});

test("pino's worker thread can load the transport, which sends by the environment", async () => {
  const repository = join(__dirname, "..", "..", "..");
  spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
  const server = await StubServer.start();
  const directory = await mkdtemp(join(tmpdir(), "o2cqrs-pino-"));
  const script = `
    const pino = require("pino");
    const target = require.resolve("openobserve-cqrs/runtime/pino");
    const transport = pino.transport({ target, options: { ingest: { directory: ${JSON.stringify(directory)} } } });
    pino(transport).info({ trace_id: "${"a".repeat(32)}" }, "from a worker");
    transport.end();`;
  const child = spawn(process.execPath, ["-e", script], {
    cwd: repository,
    env: { PATH: process.env.PATH, OPENOBSERVE_URL: server.url, OPENOBSERVE_TOKEN: "t" },
    stdio: "inherit",
  });
  const ended = await once(child, "close");
  await server.stop();
  await rm(directory, { recursive: true });
  expect(ended).toEqual([0, null]);
  expect(server.records("cqrs-app")).toEqual([
    expect.objectContaining({ message: "from a worker", traceId: "a".repeat(32), level: "INFO" }),
  ]);
});
