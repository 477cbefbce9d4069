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

const ingest = (id: string) => server.post("/api/default/source/_json", [{ _timestamp: ++now, id }]);

test("A scheduled pipeline sees each record once, though its first run is not aligned to its schedule", async () => {
  await ingest("first");
  await server.post("/api/default/pipelines", {
    name: "copy",
    nodes: [
      node("q", "input", {
        node_type: "query",
        query_condition: { type: "sql", sql: "SELECT _timestamp, id FROM source" },
        trigger_condition: { period: 1, frequency: 1 },
      }),
      node("d", "output", { node_type: "stream", stream_name: "target" }),
    ],
    edges: [{ id: "e", source: "q", target: "d" }],
  });
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
