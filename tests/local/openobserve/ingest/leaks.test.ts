import { ServerUnderTest } from "../management/server-under-test.js";

const node = (id: string, data: Record<string, unknown>, io_type = "default") => ({
  id,
  io_type,
  position: { x: 1, y: 1 },
  data,
});
const stream = (id: string, stream_name: string, io_type: string, stream_type = "logs") =>
  node(id, { node_type: "stream", org_id: "default", stream_name, stream_type }, io_type);

const masking = {
  name: "mask",
  source: { source_type: "realtime", org_id: "default", stream_name: "pii_src", stream_type: "logs" },
  nodes: [
    stream("in", "pii_src", "input"),
    node("f", { node_type: "function", name: "mask", after_flatten: true }),
    stream("out", "pii_dst", "output"),
    stream("metric", "pii_metric", "output", "metrics"),
  ],
  edges: ["in>f", "f>out", "f>metric"].map((edge) => {
    const [source, target] = edge.split(">");
    return { id: edge, source, target };
  }),
};

describe("A masking pipeline", () => {
  let server: ServerUnderTest;

  beforeAll(async () => {
    server = await ServerUnderTest.start("0.90");
    const mask = { name: "mask", function: '.email = "***"\n.', transType: 0 };
    expect((await server.post("/api/default/functions", mask)).status).toBe(200);
    expect((await server.post("/api/default/pipelines", masking)).status).toBe(200);
  });

  afterAll(() => server.stop());

  const rows = async (sql: string, type = "logs") => {
    const now = Date.now() * 1000;
    const query = { sql, start_time: now - 600_000_000, end_time: now + 60_000_000 };
    return server.post(`/api/default/_search?type=${type}`, { query });
  };

  it("keeps nothing in the source stream, and the original nowhere unless a stream asks for it", async () => {
    await server.post("/api/default/pii_src/_json", [{ email: "john@example.com" }]);
    expect((await rows("SELECT * FROM pii_dst")).body.hits).toEqual([
      { _timestamp: expect.any(Number), email: "***" },
    ]);
    expect((await rows("SELECT _original FROM pii_dst")).body.code).toBe(20004);
    expect((await rows("SELECT * FROM pii_src")).body.code).toBe(20002);
  });

  it("leaks the record from before the masking where its output stores original data", async () => {
    await server.put("/api/default/streams/pii_dst/settings?type=logs", { store_original_data: true });
    await server.post("/api/default/pii_src/_json", [{ email: "jane@example.com" }]);
    const all = await rows("SELECT * FROM pii_dst");
    expect(JSON.stringify(all.body.hits)).not.toContain("jane@example.com");
    const original = await rows("SELECT _original FROM pii_dst WHERE _original IS NOT NULL");
    expect(original.body.hits).toEqual([{ _original: '{"email":"jane@example.com"}' }]);
  });

  it("from logs to a stream of metrics delivers nothing: such outputs are passed over", async () => {
    expect((await rows("SELECT * FROM pii_metric", "metrics")).body.code).toBe(20002);
  });

  it("that is disabled lets the records through to the source stream", async () => {
    const { body } = await server.get("/api/default/pipelines");
    const [{ pipeline_id }] = body.list as { pipeline_id: string }[] as [{ pipeline_id: string }];
    await server.put(`/api/default/pipelines/${pipeline_id}/enable?value=false`);
    await server.post("/api/default/pii_src/_json", [{ email: "open@example.com" }]);
    expect((await rows("SELECT email FROM pii_src")).body.hits).toEqual([{ email: "open@example.com" }]);
  });
});
