import { type Answer, ServerUnderTest } from "./server-under-test.js";

const alerts = "/api/v2/default/alerts";
const message = ({ body }: Answer): unknown => body.message;

const alert = {
  name: "errors",
  stream_type: "logs",
  stream_name: "src",
  destinations: ["hook"],
  query_condition: { type: "sql", sql: "SELECT count(*) AS c FROM src" },
  trigger_condition: { period: 10, operator: ">=", threshold: 1, frequency: 1 },
  description: "one",
  context_attributes: { team: "core" },
};

describe.each(["0.60", "0.90"] as const)("Alerts, version %s", (version) => {
  let server: ServerUnderTest;
  beforeEach(async () => {
    server = await ServerUnderTest.startWithoutRows(version);
    for (const name of ["src", "src2"])
      await server.post(`/api/default/streams/${name}`, { fields: [], settings: {} });
    await server.post("/api/default/alerts/templates", { name: "t", body: "{}" });
    const hook = { name: "hook", url: "http://example.com", template: "t" };
    await server.post("/api/default/alerts/destinations", hook);
  });
  afterEach(() => server.stop());

  const create = async (change: object = {}, query = ""): Promise<string> => {
    const answer = await server.post(`${alerts}${query}`, { ...alert, ...change });
    expect(answer.body).toMatchObject({ code: 200, message: "Alert saved" });
    return answer.body.id as string;
  };
  const list = async (query = "") =>
    (await server.get(`${alerts}${query}`)).body.list as (Record<string, unknown> & { alert_id: string })[];

  test("have names that repeat: the same body twice gives two alerts", async () => {
    const ids = [await create(), await create()];
    expect(new Set(ids).size).toBe(2);
    expect((await list()).map(({ name }) => name)).toEqual(["errors", "errors"]);
  });

  test("are off unless told otherwise, and answered with every key of their conditions", async () => {
    const { body } = await server.get(`${alerts}/${await create()}`);
    expect(body).toMatchObject({ enabled: false, owner: "root@example.com", row_template_type: "String" });
    expect(body.query_condition).toEqual({
      type: "sql",
      sql: alert.query_condition.sql,
      conditions: null,
      promql: null,
      promql_condition: null,
      aggregation: null,
      vrl_function: null,
      search_event_type: null,
      multi_time_range: null,
    });
    expect(body.trigger_condition).toEqual({
      period: 10,
      operator: ">=",
      threshold: 1,
      frequency: 1,
      cron: "",
      frequency_type: "minutes",
      silence: 0,
      tolerance_in_secs: null,
      align_time: true,
    });
    expect(body).not.toHaveProperty("updated_at");
    expect("creates_incident" in body).toBe(version === "0.90");
  });

  test("are in the folder of the query; one in the body is not looked at", async () => {
    const { body } = await server.post("/api/v2/default/folders/alerts", { name: "F", description: "" });
    const id = await create({}, `?folder=${body.folderId}`);
    await create({ folder_id: body.folderId });
    expect((await list(`?folder=${body.folderId}`)).map(({ alert_id }) => alert_id)).toEqual([id]);
    expect((await list("?folder=default")).map(({ folder_name }) => folder_name)).toEqual(["default"]);
    expect((await server.get(`${alerts}/${id}`)).body).not.toHaveProperty("folder_id");
    expect((await server.post(`${alerts}?folder=ghost`, alert)).status).toBe(404);
  });

  test("move from folder to folder", async () => {
    const { body } = await server.post("/api/v2/default/folders/alerts", { name: "F", description: "" });
    const id = await create();
    const move = (folder: string) =>
      server.patch(`${alerts}/move`, { alert_ids: [id], dst_folder_id: folder });
    expect(message(await move(body.folderId as string))).toBe("Alert moved");
    expect((await list())[0]?.folder_id).toBe(body.folderId);
    expect((await server.delete(`/api/v2/default/folders/alerts/${body.folderId}`)).status).toBe(400);
    expect((await move("ghost")).status).toBe(404);
  });

  test.each([
    [{ destinations: [] }, 400, "Alert destinations is required"],
    [{ destinations: ["ghost"] }, 404, "Alert destination ghost not found"],
    [{ name: "" }, 400, "Alert name is required"],
    [{ name: "has space" }, 400, "Alert name cannot contain"],
    [{ name: "a/b" }, 400, "Alert name cannot contain '/'"],
    [{ stream_name: "ghost" }, 404, "Stream ghost not found"],
    [{ stream_name: "SRC" }, 404, "Stream SRC not found"],
    [{ query_condition: { type: "sql", sql: "SELECT * FROM src" } }, 400, "can not contain SELECT *"],
    [{ query_condition: { type: "sql", sql: "" } }, 400, "should have a query"],
    [{ query_condition: { type: "sql", sql: "SELEC 1" } }, 500, "Error resolving stream names"],
    [{ query_condition: { type: "promql", promql: "up" } }, 400, "PromQL mode should have a query"],
    [{ is_real_time: true }, 400, "Realtime alert should use Custom query type"],
    [{ trigger_condition: { period: 1, frequency_type: "cron", cron: "nope" } }, 400, "'Seconds' field"],
    [{ trigger_condition: { period: 1, frequency_type: "cron", cron: "0 12 * * *" } }, 400, "cron"],
  ])("are refused with %j", async (change, status, text) => {
    const answer = await server.post(alerts, { ...alert, ...change });
    expect(answer.status).toBe(status);
    expect(message(answer)).toContain(text);
  });

  test.each([
    [{ trigger_condition: { operator: ">=" } }, "missing field `period` at line 1 column"],
    [{ stream_type: "bananas" }, "unknown variant `bananas`"],
    [{ trigger_condition: { period: 1, operator: "~" } }, "unknown variant `~`"],
  ])("of the wrong form, %j, are refused without saying where", async (change, text) => {
    const answer = await server.post(alerts, { ...alert, ...change });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatch(/^Failed to deserialize the JSON body into the target type: [a-z]/);
    expect(answer.body).toContain(text);
  });

  test("take thresholds as integers only, with an odd text otherwise", async () => {
    const body = JSON.stringify(alert).replace('"threshold":1', '"threshold":1.0');
    expect((await server.post(alerts, body)).body).toContain("invalid type: map, expected i64");
  });

  test("without a destinations key are 422 on the older server and 400 on the newer", async () => {
    const bare = { ...alert, destinations: undefined };
    expect((await server.post(alerts, bare)).status).toBe(version === "0.60" ? 422 : 400);
  });

  test("may lack a query and a trigger altogether", async () => {
    const { query_condition, trigger_condition, ...bare } = alert;
    expect([query_condition, trigger_condition]).toHaveLength(2);
    expect((await server.post(alerts, bare)).status).toBe(200);
  });

  test("pin the second of a cron expression that starts with a star", async () => {
    const trigger_condition = { period: 1, frequency_type: "cron", cron: "* */5 * * * *", timezone: "UTC" };
    const { body } = await server.get(`${alerts}/${await create({ trigger_condition })}`);
    expect(body.trigger_condition.cron).toMatch(/^\d{1,2} \*\/5 \* \* \* \*$/);
    expect(body.trigger_condition.timezone).toBe("UTC");
  });

  test("force >= 1 on a custom query with an aggregation, on the older server", async () => {
    const query_condition = {
      type: "custom",
      conditions: { and: [{ column: "level", operator: "=", value: "error" }] },
      aggregation: { group_by: ["svc"], function: "avg", having: { column: "n", operator: ">", value: 1 } },
    };
    const trigger_condition = { period: 1, operator: "<", threshold: 7 };
    const { body } = await server.get(`${alerts}/${await create({ query_condition, trigger_condition })}`);
    const forced = { operator: ">=", threshold: 1 };
    expect(body.trigger_condition).toMatchObject(
      version === "0.60" ? forced : { operator: "<", threshold: 7 },
    );
    expect(body.query_condition.conditions.and[0].ignore_case).toBe(false);
  });

  test("are replaced by an update, except name, stream, organisation and id, which are ignored with 200", async () => {
    const id = await create({ enabled: true });
    const change = {
      name: "renamed",
      stream_name: "src2",
      org_id: "other",
      id: "3MWQuER0jLu3d8ggFjTXX76Aca2",
    };
    const answer = await server.put(`${alerts}/${id}`, { ...alert, ...change, description: "two" });
    expect(message(answer)).toBe("Alert Updated");
    expect((await server.get(`${alerts}/${id}`)).body).toMatchObject({
      id,
      name: "errors",
      stream_name: "src",
      org_id: "default",
      description: "two",
      enabled: false,
    });
  });

  test("lose what an update does not mention", async () => {
    const id = await create();
    const { context_attributes, description, ...bare } = alert;
    expect([context_attributes, description]).toHaveLength(2);
    await server.put(`${alerts}/${id}`, bare);
    const { body } = await server.get(`${alerts}/${id}`);
    expect(body.description).toBe("");
    expect(body).not.toHaveProperty("context_attributes");
  });

  test("are checked by an update as by a create", async () => {
    const id = await create();
    const answer = await server.put(`${alerts}/${id}`, { ...alert, stream_type: "metrics" });
    expect(message(answer)).toBe("Stream src not found");
    expect((await server.put(`${alerts}/3MWQuER0jLu3d8ggFjTXX76Aca2`, alert)).status).toBe(404);
  });

  test("are enabled by PATCH with a value, and by nothing else", async () => {
    const id = await create();
    expect((await server.patch(`${alerts}/${id}/enable?value=true`)).body).toEqual({ enabled: true });
    expect((await server.get(`${alerts}/${id}`)).body.enabled).toBe(true);
    expect((await server.patch(`${alerts}/${id}/enable`)).body).toBe(
      "Failed to deserialize query string: missing field `value`",
    );
    expect((await server.put(`${alerts}/${id}/enable?value=true`)).status).toBe(405);
  });

  test("that are gone are 200 to a delete on the older server, and 404 on the newer", async () => {
    const id = await create();
    expect((await server.delete(`${alerts}/${id}`)).status).toBe(200);
    const again = await server.delete(`${alerts}/${id}`);
    expect(again.status).toBe(version === "0.60" ? 200 : 404);
    const read = await server.get(`${alerts}/${id}`);
    expect(message(read)).toBe(version === "0.60" ? "Alert not found" : `alert ${id} not found`);
    expect(message(await server.get(`${alerts}/not-an-id`))).toBe("invalid alert id not-an-id");
  });

  test("keep their destination from being deleted", async () => {
    const id = await create();
    const refused = await server.delete("/api/default/alerts/destinations/hook");
    expect(refused.status).toBe(409);
    expect(message(refused)).toBe("Destination is currently used by alert: errors");
    await server.delete(`${alerts}/${id}`);
    expect((await server.delete("/api/default/alerts/destinations/hook")).status).toBe(200);
  });

  test("are listed under other key names, filtered by what the query says", async () => {
    await create({ name: "b", enabled: true });
    await create({ name: "a", stream_name: "src2" });
    expect((await list()).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(Object.keys((await list())[0] ?? {})).toEqual(
      expect.arrayContaining(["alert_id", "folder_id", "condition"]),
    );
    expect(await list("?enabled=true")).toHaveLength(1);
    expect(await list("?stream_type=logs&stream_name=src2")).toHaveLength(1);
    expect(await list("?alert_name_substring=b")).toHaveLength(1);
    expect(await list("?page_size=1&page_idx=1")).toMatchObject([{ name: "b" }]);
  });

  test("have no first version of the API any more", async () => {
    expect((await server.get("/api/default/alerts")).status).toBe(404);
  });

  test("with a period above the stream's query range are refused", async () => {
    await server.put("/api/default/streams/src/settings", { max_query_range: 1 });
    const answer = await server.post(alerts, { ...alert, trigger_condition: { period: 61 } });
    expect(message(answer)).toContain("Alert period is greater than max query range of 1 hours");
  });
});
