import { type Answer, ServerUnderTest } from "./server-under-test.js";

const pipelines = "/api/default/pipelines";

const streamNode = (id: string, name: string, io_type = "output") => ({
  id,
  io_type,
  position: { x: 1, y: 2 },
  data: { node_type: "stream", org_id: "default", stream_name: name, stream_type: "logs" },
});

const functionNode = (id: string, name: string, after_flatten = true) => ({
  id,
  io_type: "default",
  position: { x: 1, y: 2 },
  data: { node_type: "function", name, after_flatten, num_args: 0 },
});

const edges = (...pairs: string[]) =>
  pairs.map((pair) => {
    const [source = "", target = ""] = pair.split(">");
    return { id: `e${source}-${target}`, source, target };
  });

const pipeline = (name: string, from: string, to: string) => ({
  name,
  description: "d",
  source: { source_type: "realtime", org_id: "default", stream_name: from, stream_type: "logs" },
  nodes: [streamNode("a", from, "input"), functionNode("f", "mask"), streamNode("b", to)],
  edges: edges("a>f", "f>b"),
});

describe.each(["0.60", "0.90"] as const)("Pipelines, version %s", (version) => {
  let server: ServerUnderTest;
  beforeEach(async () => {
    server = await ServerUnderTest.startWithoutRows(version);
    await server.post("/api/default/functions", { name: "mask", function: ".", transType: 0 });
  });
  afterEach(() => server.stop());

  const list = async () =>
    (await server.get(pipelines)).body.list as (Record<string, unknown> & { pipeline_id: string })[];
  const message = ({ body }: Answer): unknown => body.message;

  test("tell their id when they are made only on the newer server", async () => {
    const { body } = await server.post(pipelines, pipeline("P", "from", "to"));
    const [made] = await list();
    expect(body).toEqual({
      code: 200,
      message: "Pipeline created successfully",
      ...(version === "0.90" && { id: made?.pipeline_id, name: "p" }),
    });
    expect(made).toMatchObject({ version: 0, enabled: true, org: "default", paused_at: null });
    const one = await server.get(`${pipelines}/${made?.pipeline_id ?? ""}`);
    expect(one.status).toBe(version === "0.90" ? 200 : 405);
  });

  test("have trimmed lower-case names, which may repeat", async () => {
    await server.post(pipelines, pipeline(" My Name ", "one", "to"));
    await server.post(pipelines, pipeline("my name", "two", "to"));
    expect((await list()).map(({ name }) => name)).toEqual(["my name", "my name"]);
  });

  test("have one source stream each, as long as the body says it in full", async () => {
    await server.post(pipelines, pipeline("p", "from", "to"));
    const { source, ...bare } = pipeline("q", "from", "to");
    const again = await server.post(pipelines, { ...bare, source });
    expect(message(again)).toBe("A realtime pipeline with same source stream already exists");
    expect((await server.post(pipelines, bare)).status).toBe(200);
    expect((await server.post(pipelines, { ...bare, source: { source_type: "realtime" } })).status).toBe(200);
    expect((await list()).map((each) => (each.source as { stream_name: string }).stream_name)).toEqual([
      "from",
      "from",
      "from",
    ]);
  });

  test("keep the names of their streams as they are, hyphens and all", async () => {
    await server.post(pipelines, pipeline("p", "hy-src", "hy-dst"));
    const [made] = await list();
    expect(made?.source).toMatchObject({ stream_name: "hy-src" });
  });

  test.each([
    [{ nodes: [], edges: [] }, "Empty pipeline."],
    [{ edges: [] }, "Please connect all Nodes"],
    [{ edges: edges("a>f", "f>x") }, "Edge #1's target node not found"],
    [{ edges: edges("a>b") }, "Insufficient number of edges"],
    [{ edges: edges("a>f", "f>a") }, "Cyclical pipeline detected."],
    [
      { nodes: [streamNode("a", "from", "input"), functionNode("f", "mask")], edges: edges("a>f") },
      "All leaf nodes",
    ],
    [
      { nodes: [functionNode("f", "mask"), streamNode("b", "to")], edges: edges("f>b") },
      "Source must be either",
    ],
    [
      { nodes: [streamNode("a", "from", "input"), functionNode("f", "none"), streamNode("b", "to")] },
      "Failed to load function 'none'",
    ],
    [{ name: " " }, "Please provide non-empty name"],
  ])("are refused when %j", async (change, text) => {
    const answer = await server.post(pipelines, { ...pipeline("p", "from", "to"), ...change });
    expect(answer.status).toBe(400);
    expect(message(answer)).toContain(`Invalid pipeline ${text}`);
  });

  test("need a position for every node, and a type that exists", async () => {
    const misplaced = { ...streamNode("a", "from", "input"), position: undefined };
    const first = await server.post(pipelines, { ...pipeline("p", "from", "to"), nodes: [misplaced] });
    expect(first.body).toContain("nodes[0]: missing field `position`");
    const odd = { ...streamNode("a", "from"), data: { node_type: "banana" } };
    const second = await server.post(pipelines, { ...pipeline("p", "from", "to"), nodes: [odd] });
    expect(second.body).toContain("nodes[0].data.node_type: unknown variant `banana`");
  });

  test("are updated by the id and the current version in the body, which is then raised", async () => {
    await server.post(pipelines, pipeline("p", "from", "to"));
    const [made] = await list();
    const changed = { ...made, description: "changed" };
    expect(message(await server.put(pipelines, changed))).toBe("Pipeline updated successfully");
    expect((await list())[0]).toMatchObject({ version: 1, description: "changed" });
    const stale = await server.put(pipelines, { ...changed, description: "again" });
    expect(stale.status).toBe(409);
    expect(message(stale)).toContain("modified by someone else");
    expect((await server.put(pipelines, { ...changed, pipeline_id: "1" })).status).toBe(404);
    expect((await server.put(`${pipelines}/${made?.pipeline_id ?? ""}`, changed)).status).toBe(405);
  });

  test("are left alone by an update that changes nothing", async () => {
    await server.post(pipelines, pipeline("p", "from", "to"));
    const [made] = await list();
    expect((await server.put(pipelines, made)).status).toBe(200);
    expect((await list())[0]).toMatchObject({ version: 0 });
  });

  test("are enabled by value=true, and disabled by anything else, with the version unchanged", async () => {
    await server.post(pipelines, pipeline("p", "from", "to"));
    const id = (await list())[0]?.pipeline_id;
    expect(message(await server.put(`${pipelines}/${id ?? ""}/enable`))).toBe(
      "Pipeline successfully disabled",
    );
    expect((await list())[0]).toMatchObject({ enabled: false, version: 0 });
    await server.put(`${pipelines}/${id ?? ""}/enable?value=true`);
    expect((await list())[0]).toMatchObject({ enabled: true, version: 0 });
    expect((await server.put(`${pipelines}/ghost/enable?value=true`)).status).toBe(404);
  });

  test("keep their function from being deleted", async () => {
    await server.post(pipelines, pipeline("p", "from", "to"));
    const id = (await list())[0]?.pipeline_id;
    const refused = await server.delete("/api/default/functions/mask");
    expect(refused.status).toBe(409);
    expect(message(refused)).toContain(JSON.stringify([{ id, name: "p" }]));
    expect((await server.get("/api/default/functions/mask")).body).toEqual({ list: [{ id, name: "p" }] });
    await server.delete(`${pipelines}/${id ?? ""}`);
    expect((await server.delete("/api/default/functions/mask")).status).toBe(200);
    expect((await server.delete(`${pipelines}/${id ?? ""}`)).status).toBe(404);
  });

  test("accept conditions as a tree, as an old list, and as a group of version 2", async () => {
    const condition = { column: "level", operator: "=", value: "error", ignore_case: true };
    const group = {
      filterType: "group",
      logicalOperator: "AND",
      conditions: [
        { filterType: "condition", column: "level", operator: "=", value: "error", logicalOperator: "AND" },
      ],
    };
    const forms = [
      { conditions: { and: [condition] } },
      { conditions: [condition] },
      { version: 2, conditions: group },
    ];
    for (const [index, form] of forms.entries()) {
      const node = { ...functionNode("f", ""), data: { node_type: "condition", ...form } };
      const nodes = [streamNode("a", `from${index}`, "input"), node, streamNode("b", "to")];
      expect(
        (await server.post(pipelines, { name: `c${index}`, nodes, edges: edges("a>f", "f>b") })).status,
      ).toBe(200);
    }
    const kept = (await list()).map(({ nodes }) => (nodes as { data: Record<string, unknown> }[])[1]?.data);
    expect(kept).toEqual([
      { node_type: "condition", conditions: { and: [condition] } },
      { node_type: "condition", conditions: { and: [condition] } },
      { node_type: "condition", version: 2, conditions: group },
    ]);
  });

  test("refuse a condition that asks nothing", async () => {
    const node = { ...functionNode("f", ""), data: { node_type: "condition", conditions: { and: [] } } };
    const nodes = [streamNode("a", "from", "input"), node, streamNode("b", "to")];
    const answer = await server.post(pipelines, { name: "c", nodes, edges: edges("a>f", "f>b") });
    expect(message(answer)).toContain("ConditionNode must have non-empty conditions");
  });

  test("that run on a schedule have to select _timestamp", async () => {
    const scheduled = (name: string, sql: string) => ({
      name,
      nodes: [
        {
          id: "q",
          io_type: "input",
          position: { x: 0, y: 0 },
          data: {
            node_type: "query",
            org_id: "default",
            stream_type: "logs",
            query_condition: { type: "sql", sql },
            trigger_condition: { period: 5, frequency: 5 },
          },
        },
        streamNode("d", "to"),
      ],
      edges: edges("q>d"),
    });
    const without = await server.post(pipelines, scheduled("s", "SELECT count(*) AS c FROM x"));
    expect(message(without)).toContain("must include _timestamp");
    const broken = await server.post(pipelines, scheduled("s", "SELEC"));
    expect(message(broken)).toContain("Expected: an SQL statement, found: SELEC at Line: 1, Column: 1");
  });
});
