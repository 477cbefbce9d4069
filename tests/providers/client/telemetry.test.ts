import { eventually, UnavailableError, ValidationError } from "@o2cqrs/providers/client";
import { onEveryServer, unique } from "../servers.js";
import { answer, mocked } from "./mocked.js";

const search = { method: "POST", path: "/api/default/_search?type=logs" };
const range = { start: 1, end: 2 };

describe("A search", () => {
  test("that is answered 200 with a part of the rows is an error, unless a part will do", async () => {
    const partial = {
      hits: [{ a: "x" }],
      total: 1,
      took: 16,
      is_partial: true,
      function_error: ["Query duration is modified due to query range restriction of 1 hours"],
    };
    const { server, pool } = mocked({ retries: 0 });
    answer(pool, search, 200, partial);
    const refused = server.telemetry.search("SELECT a FROM s", range);
    await expect(refused).rejects.toThrow(UnavailableError);
    await expect(refused).rejects.toThrow(/only a part of the result: Query duration is modified/);
    answer(pool, search, 200, partial);
    const { rows, partial: reason } = await server.telemetry.search("SELECT a FROM s", {
      ...range,
      acceptPartial: true,
    });
    expect(rows).toEqual([{ a: "x" }]);
    expect(reason).toMatch(/restriction/);
  });

  test("over a stream that a changed column blinded is an error, although it is answered 200", async () => {
    const { server, pool } = mocked({ retries: 0 });
    answer(pool, search, 200, {
      hits: [],
      total: 0,
      took: 1,
      is_partial: true,
      function_error: ["h2 protocol error"],
    });
    await expect(server.telemetry.search("SELECT * FROM s", range)).rejects.toThrow(/h2 protocol error/);
  });
});

describe("Ingesting", () => {
  const ingest = { method: "POST", path: "/api/default/s/_json" };

  test("that is answered 200 with records refused is an error that counts them", async () => {
    const { server, pool } = mocked();
    answer(pool, ingest, 200, {
      code: 200,
      status: [
        {
          name: "s",
          successful: 1,
          failed: 1,
          error: "Too old data, only last 5 hours data can be ingested.",
        },
      ],
    });
    const refused = server.telemetry.ingest("s", [{}, {}]);
    await expect(refused).rejects.toThrow(ValidationError);
    await expect(refused).rejects.toThrow(/1 of 2 records refused: Too old data/);
  });
});

describe("A pipeline that is not there", () => {
  test("is not found, although v0.90.3 answers 500 from its metadata store", async () => {
    const { server, pool } = mocked();
    answer(pool, { method: "GET", path: "/config" }, 200, { version: "v0.90.3" });
    const message = "DbError# key 7530937027152314368 does not exist";
    answer(pool, { method: "GET", path: "/api/default/pipelines/7530937027152314368" }, 500, {
      code: 500,
      message,
    });
    expect(await server.pipelines.get("7530937027152314368")).toBeUndefined();
  });
});

describe("A destination's test message", () => {
  test("that is answered 200 without success is an error", async () => {
    const { server, pool } = mocked();
    answer(pool, { method: "POST", path: "/api/default/alerts/destinations/test" }, 200, {
      success: false,
      statusCode: null,
      error: "Access to private IP address 127.0.0.1 is not allowed",
    });
    await expect(
      server.alertDestinations.test({ url: "http://127.0.0.1", method: "post", body: "{}" }),
    ).rejects.toThrow(/private IP address/);
  });
});

onEveryServer("Telemetry", (on) => {
  test("that was ingested is found by SQL and by PromQL", async () => {
    const { telemetry } = on().server;
    const stream = unique("telemetry");
    const now = Date.now();
    expect(await telemetry.ingest(stream, [{ level: "error" }, { level: "info" }])).toEqual({
      successful: 2,
    });
    const { rows } = await telemetry.search(
      `SELECT level, count(*) AS n FROM ${stream} GROUP BY level ORDER BY level`,
      {
        start: (now - 60_000) * 1000,
        end: (now + 60_000) * 1000,
      },
    );
    expect(rows).toEqual([
      { level: "error", n: 1 },
      { level: "info", n: 1 },
    ]);
    expect(await telemetry.promql("no_such_metric_here", { time: new Date() })).toEqual({
      resultType: "vector",
      result: [],
    });
    const matrix = await telemetry.promqlRange("no_such_metric_here", {
      start: new Date(now - 60_000),
      end: new Date(now),
      stepSeconds: 15,
    });
    expect(matrix).toEqual({ resultType: "matrix", result: [] });
  });

  test("of an unknown stream or a wrong query is refused with the server's words", async () => {
    const { telemetry } = on().server;
    const range = { start: (Date.now() - 60_000) * 1000, end: Date.now() * 1000 };
    await expect(telemetry.search("SELECT * FROM never_made_here", range)).rejects.toThrow(
      /stream not found/i,
    );
    await expect(telemetry.promql("sum(", { time: new Date() })).rejects.toThrow(ValidationError);
  });
});

describe("Waiting for something", () => {
  test("ends when it is there, and after the bound without it", async () => {
    let asked = 0;
    expect(
      await eventually(async () => (++asked < 3 ? undefined : "there"), { withinMs: 5_000, firstPauseMs: 1 }),
    ).toBe("there");
    expect(asked).toBe(3);
    const never = eventually<string>(() => Promise.resolve(undefined), { withinMs: 20, firstPauseMs: 1 });
    expect(await never).toBeUndefined();
  });
});
