import { type Answer, ServerUnderTest } from "./server-under-test.js";

const dashboards = "/api/default/dashboards";
const folders = "/api/v2/default/folders/dashboards";
const message = ({ body }: Answer): unknown => body.message;

const panel = {
  id: "Panel_1",
  type: "line",
  title: "Errors",
  description: "",
  config: { show_legends: true, legends_position: null, unit: null },
  queryType: "sql",
  queries: [
    {
      query: "SELECT 1",
      vrlFunctionQuery: "",
      customQuery: true,
      fields: {
        stream: "s",
        stream_type: "logs",
        x: [{ label: "x", alias: "x", column: "x", color: null, isDerived: false }],
        y: [],
        z: [],
        breakdown: [],
        filter: { filterType: "group", logicalOperator: "AND", conditions: [] },
      },
      config: { promql_legend: "", layer_type: "scatter", weight_fixed: 1 },
    },
  ],
  layout: { x: 0, y: 0, w: 96, h: 18, i: 1 },
};

const dashboard = (title: string, panels: readonly unknown[] = [panel]) => ({
  version: 8,
  title,
  description: "d",
  tabs: [{ tabId: "default", name: "Default", panels }],
});

describe.each(["0.60", "0.90"] as const)("Dashboards, version %s", (version) => {
  let server: ServerUnderTest;
  beforeAll(async () => (server = await ServerUnderTest.startWithoutRows(version)));
  afterAll(() => server.stop());

  const create = async (body: unknown, query = "") => {
    const answer = await server.post(`${dashboards}${query}`, body);
    expect(answer.status).toBe(200);
    return answer.body as { hash: string; v8: { dashboardId: string; owner: string; created: string } };
  };

  test("come back under the key of their version, wrapped, with a hash", async () => {
    const { body } = await server.post(dashboards, dashboard("one"));
    expect(body).toMatchObject({ v1: null, v7: null, version: 8, updatedAt: 0 });
    expect(body.hash).toMatch(/^\d+$/);
    expect(body.v8).toMatchObject({ title: "one", owner: "root@example.com" });
    expect(body.v8.tabs[0].panels[0].config).toEqual({
      show_legends: true,
      legends_position: null,
      base_map: null,
      map_view: null,
    });
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("may have version %i of the schema", async (number) => {
    const { body } = await server.post(dashboards, { version: number, title: `v${number}` });
    expect(body.version).toBe(number);
    expect(body[`v${number}`].title).toBe(`v${number}`);
    expect((await server.get(`${dashboards}/${body[`v${number}`].dashboardId}`)).body).toEqual(body);
  });

  test.each([
    [{ version: 9 }, "unsupported version: 9"],
    [{ version: "8" }, 'invalid type: string "8", expected i32'],
    [{ tabs: [{ name: "no id" }] }, "missing field `tabId`"],
    [
      { tabs: [{ tabId: "t", name: "T", panels: [{ ...panel, queries: undefined }] }] },
      "missing field `queries`",
    ],
    [{ version: 3 }, "invalid type: map, expected a sequence"],
  ])("are refused with %j, without saying where", async (change, text) => {
    const answer = await server.post(dashboards, { ...dashboard("x"), ...change });
    expect(answer.status).toBe(422);
    expect(answer.body).toBe(`Failed to deserialize the JSON body into the target type: ${text}`);
  });

  test("have integers in their layout, and need one only on the older server", async () => {
    const body = JSON.stringify(dashboard("x")).replace('"w":96', '"w":96.0');
    expect((await server.post(dashboards, body)).body).toContain("invalid number");
    const without = await server.post(dashboards, dashboard("x", [{ ...panel, layout: null }]));
    expect(without.status).toBe(version === "0.60" ? 422 : 200);
  });

  test("without a title are an error of the server", async () => {
    expect(await server.post(dashboards, {})).toMatchObject({
      status: 500,
      body: { message: "Dashboard should have title" },
    });
  });

  test("lose unknown keys, and their own idea of their id", async () => {
    const made = await create({ ...dashboard("keys"), dashboardId: "mine", foo: 1 });
    expect(made.v8.dashboardId).toMatch(/^\d{19}$/);
    expect(made.v8).not.toHaveProperty("foo");
  });

  test("are written only with the hash of the last read", async () => {
    const made = await create(dashboard("hashed"));
    const path = `${dashboards}/${made.v8.dashboardId}`;
    const write = (hash: string) => server.put(`${path}?folder=default${hash}`, dashboard("changed"));
    expect((await write("")).status).toBe(500);
    expect((await write("&hash=abc")).status).toBe(500);
    expect((await write("&hash=123")).status).toBe(409);
    const { status, body } = await write(`&hash=${made.hash}`);
    expect(status).toBe(200);
    expect(body.hash).not.toBe(made.hash);
    expect(message(await write(`&hash=${made.hash}`))).toContain(
      "Conflict: Failed to save due to concurrent changes",
    );
    expect((await server.get(path)).body.v8.title).toBe("changed");
  });

  test("keep their id when written, and get a new time of creation unless the body has it", async () => {
    const made = await create(dashboard("kept"));
    const path = `${dashboards}/${made.v8.dashboardId}`;
    const again = await server.put(`${path}?hash=${made.hash}`, { ...made.v8, description: "new" });
    expect(again.body.v8).toMatchObject({ dashboardId: made.v8.dashboardId, created: made.v8.created });
    const fresh = await server.put(`${path}?hash=${again.body.hash}`, dashboard("kept"));
    expect(fresh.body.v8.created).not.toBe(made.v8.created);
  });

  test("may repeat their titles", async () => {
    await create(dashboard("twice"));
    await create(dashboard("twice"));
    expect((await server.get(`${dashboards}?title=twice`)).body.dashboards).toHaveLength(2);
  });

  test("are in folders, listed one at a time, and moved without a look at where from", async () => {
    const folder = (await server.post(folders, { name: "F", description: "d" })).body.folderId as string;
    const made = await create(dashboard("in F"), `?folder=${folder}`);
    const titles = async (query: string) =>
      ((await server.get(`${dashboards}${query}`)).body.dashboards as { title: string }[]).map(
        ({ title }) => title,
      );
    expect(await titles(`?folder=${folder}`)).toEqual(["in F"]);
    expect(await titles("")).not.toContain("in F");
    expect(
      (await server.put(`${dashboards}/${made.v8.dashboardId}?hash=${made.hash}`, dashboard("x"))).status,
    ).toBe(404);
    expect((await server.delete(`${folders}/${folder}`)).status).toBe(400);
    const move = `/api/default/folders/dashboards/${made.v8.dashboardId}`;
    expect(message(await server.put(move, { from: "nowhere", to: "default" }))).toBe("Dashboard moved");
    expect(await titles("")).toContain("in F");
    expect((await server.put(move, { from: "default", to: "ghost" })).status).toBe(404);
    expect((await server.delete(`${folders}/${folder}`)).status).toBe(200);
    expect((await server.post(`${dashboards}?folder=${folder}`, dashboard("x"))).status).toBe(404);
  });

  test("are deleted once", async () => {
    const { v8 } = await create(dashboard("gone"));
    expect((await server.delete(`${dashboards}/${v8.dashboardId}`)).status).toBe(200);
    expect((await server.delete(`${dashboards}/${v8.dashboardId}`)).status).toBe(404);
  });
});

describe.each(["0.60", "0.90"] as const)("Folders, version %s", (version) => {
  let server: ServerUnderTest;
  beforeEach(async () => (server = await ServerUnderTest.startWithoutRows(version)));
  afterEach(() => server.stop());

  test.each(["dashboards", "alerts", "reports"])(
    "of %s have unique names, and an id of their own",
    async (type) => {
      const path = `/api/v2/default/folders/${type}`;
      const { body } = await server.post(path, { name: "F", description: "d" });
      expect(body).toEqual({ folderId: expect.stringMatching(/^\d{19}$/), name: "F", description: "d" });
      expect((await server.post(path, { name: "F", description: "" })).status).toBe(400);
      expect((await server.get(`${path}/${body.folderId}`)).body).toEqual(body);
      expect((await server.get(`${path}/name/F`)).body).toEqual(body);
      await server.put(`${path}/${body.folderId}`, { name: "G", description: "e" });
      expect((await server.get(`${path}/${body.folderId}`)).body).toMatchObject({
        name: "G",
        description: "e",
      });
      expect((await server.delete(`${path}/${body.folderId}`)).status).toBe(200);
      expect((await server.delete(`${path}/${body.folderId}`)).status).toBe(404);
    },
  );

  test("need a description and a known type", async () => {
    expect((await server.post(folders, { name: "F" })).body).toContain("missing field `description`");
    expect(await server.get("/api/v2/default/folders/bananas")).toMatchObject({
      status: 400,
      body: "Invalid URL: unknown variant `bananas`, expected one of `dashboards`, `alerts`, `reports`",
    });
    expect((await server.get("/api/default/folders")).status).toBe(404);
  });

  test("come into being when one that does not exist is written", async () => {
    expect((await server.put(`${folders}/ghost`, { name: "g", description: "" })).status).toBe(200);
    expect((await server.get(`${folders}/ghost`)).body.name).toBe("g");
  });

  test("called default hold what names no folder, and go with it only on the older server", async () => {
    expect((await server.get(folders)).body.list).toEqual([]);
    await server.post(dashboards, dashboard("in default"));
    expect((await server.get(folders)).body.list).toHaveLength(1);
    expect((await server.delete(`${folders}/default`)).status).toBe(version === "0.60" ? 200 : 400);
  });
});
