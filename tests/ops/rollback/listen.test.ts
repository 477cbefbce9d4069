import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { alerts, drill, thresholds } from "@o2cqrs/contract";
import fc from "fast-check";
import { type AlertListener, listenForAlerts } from "../../../ops/rollback/listen/server.js";
import { reactionTo, rollbackAlerts } from "../../../ops/rollback/listen/alert-message.js";
import { type RollbackTrigger } from "../../../ops/rollback/record.js";

const token = "a-webhook-token-of-length";

const message = (changes: object = {}) => ({
  alert: alerts.queryLatency.name,
  environment: "prod",
  service: "orders",
  type: "GetOrder",
  summary: "Slow.",
  value: "812",
  threshold: "300",
  ...changes,
});

let triggers: RollbackTrigger[];
let finish: () => void;
let listener: AlertListener;

beforeEach(async () => {
  triggers = [];
  listener = await listenForAlerts({
    token,
    environment: "prod",
    onTrigger: (trigger) => {
      triggers.push(trigger);
      return new Promise((resolve) => (finish = resolve));
    },
  });
});

afterEach(() => listener.close());

async function post(body: unknown, authorization = `Bearer ${token}`, path = "/alerts") {
  const response = await fetch(listener.url + path, {
    method: "POST",
    headers: { authorization },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

describe("the plan's triggers", () => {
  test("are latency, errors, lost telemetry, and telemetry that stopped; not dead letters or cache", () => {
    expect(rollbackAlerts).toEqual([
      "cqrs-query-latency-p95",
      "cqrs-command-latency-p95",
      "cqrs-command-error-rate",
      "cqrs-ingest-failures",
      "cqrs-export-failures",
      "cqrs-commands-no-data",
      "cqrs-queries-no-data",
      "cqrs-events-no-data",
    ]);
    expect(thresholds.queryLatencyP95.windowMinutes).toBe(10);
    expect(thresholds.commandErrorRate.windowMinutes).toBe(5);
  });

  test("start a rollback that says which alert it was, and with what figures", async () => {
    expect(await post(message())).toEqual({ status: 202, body: { rollback: "started" } });
    expect(triggers).toEqual([
      {
        source: "alert",
        alert: "cqrs-query-latency-p95",
        reason: "Slow. Value 812, limit 300, type GetOrder.",
      },
    ]);
  });

  test("start one rollback at a time", async () => {
    await post(message());
    expect((await post(message())).body).toEqual({ ignored: "a rollback is under way" });
    finish();
    await new Promise(setImmediate);
    expect((await post(message())).status).toBe(202);
    expect(triggers).toHaveLength(2);
  });

  test("count for their own environment only", async () => {
    expect((await post(message({ environment: "dev" }))).body).toEqual({ ignored: "another environment" });
    expect(triggers).toEqual([]);
  });

  test("do nothing in a drill", () => {
    const drilled = { ...message(), service: drill.service };
    expect(reactionTo(drilled, "prod")).toEqual({ kind: "ignore", reason: "a drill" });
  });

  test("are no other alerts", async () => {
    const { body } = await post(message({ alert: alerts.cacheHitRatio.name }));
    expect(body).toEqual({ ignored: "not an alert that rolls back" });
  });
});

describe("the listener", () => {
  test("says what to do about a port that is taken", async () => {
    await expect(
      listenForAlerts({
        token,
        environment: "prod",
        port: Number(new URL(listener.url).port),
        onTrigger: () => Promise.resolve(),
      }),
    ).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("EADDRINUSE"),
      cure: expect.stringContaining("--listen"),
    });
  });

  test("listens on this machine only, unless told otherwise", () => {
    expect(new URL(listener.url).hostname).toBe("127.0.0.1");
  });

  test.each(["", "Bearer", "Bearer wrong", `Bearer ${token} `.toUpperCase(), `Basic ${btoa(token)}`])(
    "refuses an alert with the authorization %j",
    async (authorization) => {
      expect((await post(message(), authorization)).status).toBe(401);
      expect(triggers).toEqual([]);
    },
  );

  test("refuses to start with a token that could be guessed", async () => {
    const start = listenForAlerts({
      token: "short",
      environment: "prod",
      onTrigger: () => Promise.resolve(),
    });
    await expect(start).rejects.toThrow("fewer than 16 characters");
  });

  test("refuses bodies that are too large, and other paths", async () => {
    expect((await post(message({ summary: "x".repeat(70_000) }))).status).toBe(413);
    expect((await post(message(), undefined, "/")).status).toBe(404);
  });

  test("survives any body, and rolls back for none that is not an alert", async () => {
    const arbitrary = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ alert: fc.anything(), environment: fc.anything(), value: fc.anything() })
        .map((value) => JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? 0 : each))),
      fc.constant('{"__proto__":{"alert":"cqrs-query-latency-p95"}}'),
      fc.constant(JSON.stringify([message()])),
      fc.constant(JSON.stringify({ ...message(), summary: { $ne: 1 } })),
    );
    await fc.assert(
      fc.asyncProperty(arbitrary, async (body) => {
        expect([200, 400]).toContain((await post(body)).status);
      }),
      { numRuns: 200 },
    );
    expect(triggers).toEqual([]);
  });

  test("survives what is not HTTP", async () => {
    const { hostname, port } = new URL(listener.url);
    const socket = connect(Number(port), hostname);
    socket.end(randomBytes(1000));
    socket.resume();
    await once(socket, "close");
    expect((await post(message())).status).toBe(202);
  });
});
