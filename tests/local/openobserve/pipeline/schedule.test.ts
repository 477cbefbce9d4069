import { ServerUnderTest } from "../management/server-under-test.js";

const second = 1_000_000;
/** A whole minute: schedules are aligned to minutes. */
const minute = Math.floor(Date.now() / 60_000) * 60 * second;

let now = minute + 30 * second;
let server: ServerUnderTest;
beforeAll(async () => {
  server = await ServerUnderTest.start("0.90", { clock: { micros: () => ++now }, pipelineIntervalMs: 10 });
});
afterAll(() => server.stop());

const node = (id: string, io_type: string, data: object) => ({
  id,
  io_type,
  position: { x: 0, y: 0 },
  data: { org_id: "default", stream_type: "logs", ...data },
});

async function idsIn(stream: string): Promise<string[]> {
  const query = {
    sql: `SELECT id FROM ${stream} ORDER BY id`,
    start_time: minute - 3600 * second,
    size: 100,
  };
  const { body } = await server.post("/api/default/_search?type=logs", {
    query: { ...query, end_time: now + 3600 * second, from: 0 },
  });
  return ((body.hits ?? []) as { id: string }[]).map(({ id }) => id);
}

/** Takes what a query gives, every minute, into another stream. */
const scheduled = (name: string, sql: string) => ({
  name,
  nodes: [
    node("q", "input", {
      node_type: "query",
      query_condition: { type: "sql", sql },
      trigger_condition: { period: 1, frequency: 1 },
    }),
    node("d", "output", { node_type: "stream", stream_name: "target" }),
  ],
  edges: [{ id: "e", source: "q", target: "d" }],
});

const ingest = (id: string) => server.post("/api/default/source/_json", [{ _timestamp: ++now, id }]);

test("A scheduled pipeline sees each record once, though its first run is not aligned to its schedule", async () => {
  await ingest("first");
  await server.post("/api/default/pipelines", scheduled("copy", "SELECT _timestamp, id FROM source"));
  const seen: string[] = [];
  while (!seen.includes("first")) seen.splice(0, seen.length, ...(await idsIn("target")));
  now = minute + 70 * second;
  await ingest("second");
  while (!seen.includes("second")) {
    now += second;
    seen.splice(0, seen.length, ...(await idsIn("target")));
  }
  expect(seen).toEqual(["first", "second"]);
});

test("A scheduled pipeline is saved with its query and trigger, when the query runs", async () => {
  await ingest("third");
  const { body: before } = await server.get("/api/default/pipelines");
  const failed = (cause: string) => ({
    status: 400,
    body: {
      message: expect.stringContaining(
        `Invalid DerivedStream config: DerivedStream not saved due to failed test run caused by ${cause}`,
      ),
    },
  });
  const count = (from: string) => `SELECT MAX(_timestamp) AS _timestamp, count(*) AS c FROM ${from}`;
  const missing = await server.post("/api/default/pipelines", scheduled("missing", count("nowhere")));
  expect(missing).toMatchObject(failed("Search stream not found: nowhere"));
  const column = await server.post(
    "/api/default/pipelines",
    scheduled("column", "SELECT _timestamp, nothing FROM source"),
  );
  expect(column).toMatchObject(failed("Search field not found: Schema error: No field named nothing"));
  expect((await server.get("/api/default/pipelines")).body).toEqual(before);

  const sql = count("source");
  expect((await server.post("/api/default/pipelines", scheduled("saved", sql))).status).toBe(200);
  const stored = async () => {
    const { body } = await server.get("/api/default/pipelines");
    return (body.list as { name: string; source: object; version: number }[]).find(
      ({ name }) => name === "saved",
    );
  };
  const saved = await stored();
  expect(saved?.source).toMatchObject({
    source_type: "scheduled",
    query_condition: { sql, search_event_type: "derivedstream", conditions: null },
    trigger_condition: { period: 1, frequency: 1, align_time: true },
  });
  const moved = { ...saved, ...scheduled("saved", count("nowhere")) };
  expect(await server.put("/api/default/pipelines", moved)).toMatchObject(
    failed("Search stream not found: nowhere"),
  );
  expect(await stored()).toEqual(saved);
});
