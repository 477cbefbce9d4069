import fc from "fast-check";

import { rewriteStreamName } from "../../../../local/openobserve/streams/names.js";
import { ServerUnderTest } from "./server-under-test.js";

const empty = { fields: [], settings: {} };
const logs = (name: string): string => `/api/default/streams/${name}?type=logs`;
const schemaOf = (name: string, type = "logs"): string => `/api/default/streams/${name}/schema?type=${type}`;
const settingsOf = (name: string): string => `/api/default/streams/${name}/settings?type=logs`;

describe.each(["0.60", "0.90"] as const)("Streams, version %s", (version) => {
  let server: ServerUnderTest;
  beforeAll(async () => (server = await ServerUnderTest.start(version, { streamDeletionSeconds: 0.3 })));
  afterAll(() => server.stop());

  test("are made with fields and settings, and both keys have to be there", async () => {
    expect((await server.post(logs("both"), empty)).body.message).toBe("stream created");
    expect((await server.post(logs("one"), { fields: [] })).body).toContain("missing field `settings`");
    expect((await server.post(logs("other"), { settings: {} })).body).toContain("missing field `fields`");
    expect((await server.post("/api/default/streams", empty)).status).toBe(405);
  });

  test("cannot be made twice", async () => {
    await server.post(logs("twice"), empty);
    expect(await server.post(logs("twice"), empty)).toMatchObject({
      status: 400,
      body: { message: "stream already exists" },
    });
  });

  test("are renamed on create, schema and settings, but not on delete", async () => {
    await server.post(logs("cqrs-Commands"), empty);
    expect((await server.get(schemaOf("cqrs-Commands"))).body.name).toBe("cqrs_commands");
    expect((await server.put(settingsOf("cqrs-Commands"), { data_retention: 9 })).status).toBe(200);
    expect((await server.get(schemaOf("cqrs_commands"))).body.settings.data_retention).toBe(9);
    expect((await server.delete(logs("cqrs-Commands"))).status).toBe(404);
    expect((await server.delete(logs("cqrs_commands"))).status).toBe(200);
  });

  test("whose names differ only in what is rewritten are the same stream", async () => {
    await server.post(logs("my%20stream"), empty);
    expect((await server.post(logs("my.stream"), empty)).status).toBe(400);
  });

  test("rewrite the names of their fields, and add _timestamp", async () => {
    const fields = [
      { name: "User-Email", type: "Utf8" },
      { name: "a.b", type: "int64" },
    ];
    await server.post(logs("columns"), { fields, settings: {} });
    expect((await server.get(schemaOf("columns"))).body.schema).toEqual([
      { name: "user_email", type: "Utf8" },
      { name: "a_b", type: "Int64" },
      { name: "_timestamp", type: "Int64" },
    ]);
  });

  test("of an unknown type are silently logs, and enrichment tables are not made this way", async () => {
    await server.post("/api/default/streams/odd?type=bananas", empty);
    expect((await server.get(schemaOf("odd"))).body.stream_type).toBe("logs");
    const table = await server.post("/api/default/streams/t?type=enrichment_tables", empty);
    expect(table).toMatchObject({ status: 400 });
  });

  test("are left behind by a create that fails on its settings, and the retry says they exist", async () => {
    const body = { fields: [{ name: "a", type: "Utf8" }], settings: { full_text_search_keys: ["missing"] } };
    const failed = await server.post(logs("half"), body);
    expect(failed.body).toEqual({ code: 400, message: "field [missing] not found in schema" });
    expect((await server.get(schemaOf("half"))).body.schema).toHaveLength(2);
    expect((await server.post(logs("half"), empty)).body.message).toBe("stream already exists");
    expect((await server.put(settingsOf("half"), { data_retention: 3 })).status).toBe(200);
  });

  test.each([
    [{ full_text_search_keys: ["n"] }, "full text search field [n] must be text field"],
    [{ partition_keys: [{ field: "message", types: "value" }] }, "can't be used for partition key"],
    [{ full_text_search_keys: ["t"], index_fields: ["t"] }, "cannot have both"],
  ])("refuse the settings %j", async (settings, text) => {
    const fields = [
      { name: "n", type: "Int64" },
      { name: "t", type: "Utf8" },
      { name: "message", type: "Utf8" },
    ];
    const name = `refuse_${Object.keys(settings).join("_")}`;
    const answer = await server.post(logs(name), { fields, settings });
    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain(text);
  });

  test("take settings by what is added and removed, never as a plain list", async () => {
    const fields = ["a", "b"].map((name) => ({ name, type: "Utf8" }));
    await server.post(logs("deltas"), { fields, settings: { full_text_search_keys: ["a"] } });
    const plain = await server.put(settingsOf("deltas"), { full_text_search_keys: ["b"] });
    expect(plain.status).toBe(422);
    expect(plain.body).toContain('full_text_search_keys[0]: invalid type: string "b", expected a sequence');
    const change = {
      full_text_search_keys: { add: ["b"], remove: ["a"] },
      bloom_filter_fields: { add: ["a"] },
    };
    expect(await server.put(settingsOf("deltas"), change)).toMatchObject({
      body: { code: 200, message: "" },
    });
    const { settings } = (await server.get(schemaOf("deltas"))).body;
    expect(settings.full_text_search_keys).toEqual(["b"]);
    expect(settings.bloom_filter_fields).toEqual(["a"]);
  });

  test("take partition keys as a list and answer them as a map, and a removed one stays, disabled", async () => {
    const fields = ["a", "b"].map((name) => ({ name, type: "Utf8" }));
    const settings = { partition_keys: [{ field: "a", types: { hash: 16 } }] };
    await server.post(logs("partitions"), { fields, settings });
    await server.put(settingsOf("partitions"), {
      partition_keys: {
        add: [{ field: "b", types: "value" }],
        remove: [{ field: "a", types: { hash: 16 } }],
      },
    });
    expect((await server.get(schemaOf("partitions"))).body.settings.partition_keys).toEqual({
      L0: { field: "a", types: { hash: 16 }, disabled: true },
      L1: { field: "b", types: "value", disabled: false },
    });
  });

  test("ignore unknown settings, accept a negative retention, and refuse one that is no integer", async () => {
    await server.post(logs("numbers"), empty);
    const put = (body: unknown): ReturnType<ServerUnderTest["put"]> =>
      server.put(settingsOf("numbers"), body);
    expect((await put({ no_such: 1, data_retention: -5 })).status).toBe(200);
    expect((await put('{"data_retention": 30.0}')).body).toContain("floating point `30.0`, expected i64");
    expect((await put({ data_retention: "30d" })).status).toBe(422);
    expect((await server.put(settingsOf("nowhere"), {})).status).toBe(404);
  });

  test("accept new columns in settings, keep removed ones, and lose those of delete_fields", async () => {
    await server.post(logs("fields"), empty);
    const change = (add: string[], remove: string[]) => ({
      fields: {
        add: add.map((name) => ({ name, type: "Utf8" })),
        remove: remove.map((name) => ({ name, type: "Utf8" })),
      },
    });
    await server.put(settingsOf("fields"), change(["x", "y"], []));
    expect((await server.put(settingsOf("fields"), change([], ["x"]))).status).toBe(200);
    await server.put("/api/default/streams/fields/delete_fields?type=logs", { fields: ["y"] });
    const names = ((await server.get(schemaOf("fields"))).body.schema as { name: string }[]).map(
      ({ name }) => name,
    );
    expect(names).toEqual(["_timestamp", "x"]);
  });

  test("answer 200 to update_fields and change nothing", async () => {
    await server.post(logs("types"), { fields: [{ name: "n", type: "Int64" }], settings: {} });
    const path = "/api/default/streams/types/update_fields?type=logs";
    expect((await server.put(path, { fields: [{ name: "n", data_type: "Float64" }] })).status).toBe(200);
    expect((await server.put(path, { fields: [{ name: "n", type: "Float64" }] })).status).toBe(422);
    expect((await server.get(schemaOf("types"))).body.schema[0]).toEqual({ name: "n", type: "Int64" });
  });

  test("refuse defined schema fields in settings, though not on create", async () => {
    const body = { fields: [{ name: "a", type: "Utf8" }], settings: { defined_schema_fields: ["a"] } };
    expect((await server.post(logs("defined"), body)).status).toBe(200);
    expect((await server.get(schemaOf("defined"))).body.uds_schema).toEqual([{ name: "a", type: "Utf8" }]);
    const change = { defined_schema_fields: { add: ["a"], remove: [] } };
    expect((await server.put(settingsOf("defined"), change)).body.message).toContain(
      "ZO_ALLOW_USER_DEFINED_SCHEMAS",
    );
  });

  test("in the list show their settings only where the version or fetchSchema says so", async () => {
    await server.post(logs("listed"), { fields: [], settings: { data_retention: 11 } });
    const brief = (await server.get("/api/default/streams?type=logs&keyword=listed")).body;
    expect(brief.total).toBe(1);
    expect(brief.list[0].schema).toEqual([]);
    expect(brief.list[0].settings.data_retention).toBe(version === "0.60" ? 0 : 11);
    expect(brief.list[0].stats.created_at === 0).toBe(version === "0.60");
    const whole = (await server.get("/api/default/streams?type=logs&keyword=listed&fetchSchema=true")).body;
    expect(whole.list[0].settings.data_retention).toBe(11);
  });

  test("are listed by name, in pages", async () => {
    const all = (await server.get("/api/default/streams")).body;
    const page = (await server.get("/api/default/streams?offset=1&limit=2&sort=name&asc=true")).body;
    expect(page.total).toBe(all.total);
    const names = ({ list }: { list: { name: string }[] }): string[] => list.map(({ name }) => name);
    expect(names(page as never)).toEqual(names(all as never).slice(1, 3));
    expect(names(all as never)).toEqual(names(all as never).sort());
  });

  test("have a time level on the older server and a storage type on the newer", async () => {
    const body = { fields: [], settings: { partition_time_level: "weekly" } };
    const odd = await server.post(logs("levels"), body);
    expect(odd.status).toBe(version === "0.60" ? 422 : 200);
    await server.post(logs("level"), empty);
    const { settings } = (await server.get(schemaOf("level"))).body;
    expect(settings.partition_time_level).toBe(version === "0.60" ? "hourly" : undefined);
    expect(settings.storage_type).toBe(version === "0.60" ? undefined : "normal");
  });
});

describe.each(["0.60", "0.90"] as const)("Deleting a stream, version %s", (version) => {
  let server: ServerUnderTest;
  beforeEach(async () => (server = await ServerUnderTest.start(version, { streamDeletionSeconds: 0.3 })));
  afterEach(() => server.stop());

  const beingDeleted = { status: 400, body: { message: "stream [gone] is being deleted" } };

  test("is asynchronous: a re-creation at once fails and leaves an empty stream behind", async () => {
    await server.post(logs("gone"), { fields: [], settings: { data_retention: 5 } });
    expect((await server.delete(logs("gone"))).status).toBe(200);
    expect((await server.get(schemaOf("gone"))).status).toBe(404);
    const again = { fields: [], settings: { data_retention: 7 } };
    expect(await server.post(logs("gone"), again)).toMatchObject(beingDeleted);
    expect((await server.get(schemaOf("gone"))).body.settings.data_retention).toBe(0);
    expect((await server.post(logs("gone"), again)).body.message).toBe("stream already exists");
    expect(await server.put(settingsOf("gone"), { data_retention: 7 })).toMatchObject(beingDeleted);
    await server.until(
      () => server.put(settingsOf("gone"), { data_retention: 7 }),
      ({ status }) => status === 200,
    );
    expect((await server.get(schemaOf("gone"))).body.settings.data_retention).toBe(7);
  });

  test("once finished leaves the name free", async () => {
    await server.post(logs("gone"), empty);
    await server.delete(logs("gone"));
    await server.until(
      () => server.post(logs("other"), empty),
      () =>
        !server.server.context.streams.isBeingDeleted({
          organization: "default",
          type: "logs",
          name: "gone",
        }),
    );
    expect((await server.post(logs("gone"), empty)).status).toBe(200);
  });

  test("refuses ingest while it lasts", async () => {
    await server.post("/api/default/gone/_json", [{ a: 1 }]);
    await server.delete(logs("gone"));
    const ingest = await server.post("/api/default/gone/_json", [{ a: 1 }]);
    expect(ingest.status).toBe(400);
    expect(ingest.body.message).toContain("is being deleted");
  });

  test("is finished by a server that was restarted meanwhile", async () => {
    await server.post(logs("gone"), empty);
    await server.delete(logs("gone"));
    await server.restart();
    await server.until(
      () => server.put(settingsOf("gone"), {}),
      () =>
        !server.server.context.streams.isBeingDeleted({
          organization: "default",
          type: "logs",
          name: "gone",
        }),
    );
    expect((await server.post(logs("gone"), empty)).status).toBe(200);
  });

  test("that a crash has left half done is finished on the next start", async () => {
    await server.post(logs("gone"), empty);
    const { metadata, streams, data } = server.server.context;
    const key = { organization: "default", type: "logs", name: "gone" } as const;
    const drop = jest.spyOn(data, "drop").mockResolvedValue(undefined);
    await streams.remove(key);
    expect(drop).toHaveBeenCalledWith(key);
    expect(metadata.deletions.list("default")).toHaveLength(1);
    await server.restart();
    expect((await server.get(schemaOf("gone"))).status).toBe(404);
  });

  test("with delete_all also deletes the pipelines and alerts on it", async () => {
    await server.post(logs("gone"), empty);
    await server.post("/api/default/pipelines", {
      name: "p",
      nodes: ["in", "out"].map((id) => ({
        id,
        io_type: id === "in" ? "input" : "output",
        position: { x: 0, y: 0 },
        data: {
          node_type: "stream",
          org_id: "default",
          stream_name: id === "in" ? "gone" : "to",
          stream_type: "logs",
        },
      })),
      edges: [{ id: "e", source: "in", target: "out" }],
    });
    expect((await server.get("/api/default/pipelines")).body.list).toHaveLength(1);
    await server.delete(`${logs("gone")}&delete_all=true`);
    expect((await server.get("/api/default/pipelines")).body.list).toHaveLength(0);
  });
});

describe("Rewriting a stream name", () => {
  test("makes one underscore of a run of other characters, and lower case of upper", () => {
    expect(rewriteStreamName("My - Stream..x:y")).toBe("my_stream_x:y");
    expect(rewriteStreamName("état")).toBe("_tat");
  });

  test("twice is the same as once, and leaves only what a name may have", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        const once = rewriteStreamName(name);
        expect(rewriteStreamName(once)).toBe(once);
        expect(once).toMatch(/^[a-z0-9_:]*$/);
      }),
    );
  });
});
