import { StreamProvider } from "../../../providers/stream/provider.js";
import { settingsChange } from "../../../providers/stream/rules.js";
import { checked, destroy, failures, refresh, up } from "../deploy.js";
import { deletionSeconds, onEveryServer, unique } from "../servers.js";

onEveryServer("A stream", (on) => {
  const provider = new StreamProvider(() => on().server);
  const newest = (name: string) => on().server.streams.get(name, "logs");

  const args = (name: string) => ({
    name,
    fields: [
      { name: "handler", type: "Utf8" },
      { name: "error", type: "Utf8" },
      { name: "traceId", type: "Utf8" },
      { name: "duration_ms", type: "Int64" },
    ],
    fullTextSearch: ["error"],
    index: ["handler"],
    bloomFilter: ["traceid"],
    partitionKeys: [{ field: "env" }],
    retentionDays: 30,
    maxQueryRangeHours: 24,
  });

  test("is created, changes nothing when deployed again, and is gone after a destroy", async () => {
    const name = unique("life");
    const first = await up(provider, args(name));
    expect(first.did).toBe("create");
    expect((await newest(name))?.settings).toMatchObject({
      full_text_search_keys: ["error"],
      index_fields: expect.arrayContaining(["handler"]),
      data_retention: 30,
      max_query_range: 24,
      store_original_data: false,
    });
    expect((await up(provider, args(name), first)).did).toBe("none");
    await destroy(provider, first);
    expect(await newest(name)).toBeUndefined();
    await destroy(provider, first);
  });

  test("that is new takes two requests: it is made, and read back to see that it has settled", async () => {
    const name = unique("requests");
    const { streams } = on().server;
    const asked = (["create", "get", "updateSettings"] as const).map((verb) => jest.spyOn(streams, verb));
    const stream = await up(provider, args(name));
    const counts = asked.map((spy) => spy.mock.calls.length);
    for (const spy of asked) spy.mockRestore();
    expect(counts).toEqual([1, 1, 0]);
    await destroy(provider, stream);
  });

  test("has its name rewritten as the server does, on every path", async () => {
    const name = unique("Rewrite-Me.Please");
    const stored = name.toLowerCase().replace(/[-.]/g, "_");
    const stream = await up(provider, { name });
    expect(stream.state.name).toBe(stored);
    expect((await newest(stored))?.name).toBe(stored);
    expect((await up(provider, { name }, stream)).did).toBe("none");
    expect((await up(provider, { name: stored }, stream)).did).toBe("none");
    await destroy(provider, stream);
    expect(await newest(stored)).toBeUndefined();
  });

  test("updates each setting by what is added and removed, in place", async () => {
    const name = unique("delta");
    const first = await up(provider, args(name));
    const changed = {
      ...args(name),
      fields: [...args(name).fields, { name: "note", type: "Utf8" }],
      fullTextSearch: ["note"],
      index: ["error", "duration_ms"],
      bloomFilter: [],
      partitionKeys: [{ field: "region" }],
      retentionDays: 60,
      maxQueryRangeHours: 0,
      storeOriginalData: true,
    };
    const second = await up(provider, changed, first);
    expect(second.did).toBe("update");
    expect(second.diff?.diffs).toEqual(
      expect.arrayContaining(["fields.note", "retentionDays", "storeOriginalData", "partitionKeys.region"]),
    );
    const stream = await newest(name);
    expect(stream?.schema.map((field) => field.name)).toContain("note");
    expect(stream?.settings).toMatchObject({
      full_text_search_keys: ["note"],
      bloom_filter_fields: [],
      data_retention: 60,
      max_query_range: 0,
      store_original_data: true,
    });
    expect(new Set(stream?.settings.index_fields)).toEqual(new Set(["error", "duration_ms"]));
    expect((await up(provider, changed, second)).did).toBe("none");
  });

  test("keeps a removed partition key disabled, which is no drift", async () => {
    const name = unique("partition");
    const first = await up(provider, { name, partitionKeys: [{ field: "env" }, { field: "region" }] });
    const second = await up(provider, { name, partitionKeys: [{ field: "region" }] }, first);
    expect(JSON.stringify((await newest(name))?.settings.partition_keys)).toContain("env");
    const after = await refresh(provider, second);
    expect((await up(provider, { name, partitionKeys: [{ field: "region" }] }, after)).did).toBe("none");
  });

  test("that ingest made is adopted, and its other columns are no difference", async () => {
    const name = unique("ingested");
    await on().server.telemetry.ingest(name, [{ message: "hello", extra: 1 }]);
    const stream = await up(provider, { name, retentionDays: 7 });
    expect((await newest(name))?.settings.data_retention).toBe(7);
    const after = await refresh(provider, stream);
    expect((await up(provider, { name, retentionDays: 7 }, after)).did).toBe("none");
  });

  test("changed by hand is found by refresh and repaired", async () => {
    const name = unique("drift");
    const stream = await up(provider, args(name));
    await on().server.streams.updateSettings(name, "logs", { data_retention: 3 });
    const drifted = await refresh(provider, stream);
    expect(drifted?.state).toMatchObject({ retentionDays: 3, maxQueryRangeHours: 24 });
    const repaired = await up(provider, args(name), drifted);
    expect(repaired.diff?.diffs).toEqual(["retentionDays"]);
    expect((await newest(name))?.settings.data_retention).toBe(30);
  });

  test("deleted by hand is found by refresh and made again", async () => {
    const name = unique("vanished");
    const stream = await up(provider, { name });
    await on().server.streams.delete(name, "logs");
    expect(await refresh(provider, stream)).toBeUndefined();
  });

  test("made again right after its deletion waits until the old one is gone, with all its settings", async () => {
    const name = unique("again");
    await destroy(provider, await up(provider, args(name)));
    const begun = Date.now();
    await up(provider, { ...args(name), deletionTimeoutSeconds: 60 });
    if (process.env.O2CQRS_TEST_URL === undefined)
      expect(Date.now() - begun).toBeLessThan((deletionSeconds + 10) * 1_000);
    expect((await newest(name))?.settings).toMatchObject({
      data_retention: 30,
      full_text_search_keys: ["error"],
    });
  }, 90_000);

  test("whose predecessor does not go away in time ends in an error that says so", async () => {
    const name = unique("stuck");
    await destroy(provider, await up(provider, { name, retentionDays: 5 }));
    await expect(up(provider, { name, retentionDays: 6, deletionTimeoutSeconds: 0 })).rejects.toThrow(
      /earlier stream .* is still being deleted after 0 s[\s\S]*deletionTimeoutSeconds/,
    );
  });

  test("that a failed create left half-made is repaired by the next deploy", async () => {
    const name = unique("half");
    const broken = {
      fields: [{ name: "a", type: "Utf8" }],
      settings: { full_text_search_keys: ["missing"] },
    };
    await expect(on().server.streams.create(name, "logs", broken)).rejects.toThrow(/not found in schema/);
    expect(await newest(name)).toBeDefined();
    await up(provider, args(name));
    expect((await newest(name))?.settings).toMatchObject({
      full_text_search_keys: ["error"],
      data_retention: 30,
    });
  });

  test("refuses to change a column's type, which the server would only pretend to do", async () => {
    const name = unique("types");
    const stream = await up(provider, { name, fields: [{ name: "n", type: "Int64" }] });
    await expect(up(provider, { name, fields: [{ name: "n", type: "Float64" }] }, stream)).rejects.toThrow(
      /type of a column cannot be changed: n is Int64, not Float64/,
    );
  });

  test("of another type or name replaces it", async () => {
    const name = unique("typed");
    const logs = await up(provider, { name });
    const metrics = await up(provider, { name, type: "metrics" }, logs);
    expect(metrics.did).toBe("replace");
    expect(metrics.diff?.replaces).toEqual(["type"]);
    expect(await newest(name)).toBeUndefined();
    expect(await on().server.streams.get(name, "metrics")).toBeDefined();
  });
});

describe("A change of a stream's settings", () => {
  test("adds columns first and alone, as the server looks for full-text columns before it adds any", () => {
    const provider = new StreamProvider();
    const before = checked(provider, { name: "s" });
    const fields = [{ name: "note", type: "Utf8" }];
    const wanted = checked(provider, { name: "s", fields, fullTextSearch: ["note"], retentionDays: 9 });
    expect(settingsChange(before, wanted)).toEqual({ fields: { add: fields, remove: [] } });
    expect(settingsChange({ ...before, fields: wanted.fields }, wanted)).toEqual({
      full_text_search_keys: { add: ["note"], remove: [] },
      data_retention: 9,
    });
    expect(settingsChange(wanted, wanted)).toBeUndefined();
  });
});

describe("A stream's arguments", () => {
  const provider = new StreamProvider();
  const refused = (args: object) => failures(provider, { name: "s", ...args });

  test("name the property that is wrong and what is allowed", () => {
    expect(refused({ retentionDays: -5 })).toEqual([expect.stringMatching(/^retentionDays: .*>=0/)]);
    expect(refused({ retentionDays: 30.5 })).toEqual([expect.stringMatching(/^retentionDays: .*int/)]);
    expect(refused({ fields: [{ name: "a", type: "varchar" }] })).toEqual([
      expect.stringMatching(/^fields\[0\]\.type: .*"Utf8"/),
    ]);
    expect(refused({ retention: 30 })).toEqual(["retention: is not a property here: is it misspelt?"]);
  });

  test("want full-text columns among the fields, as text, which the server finds too late", () => {
    const fields = [{ name: "n", type: "Int64" }];
    expect(refused({ fields, fullTextSearch: ["missing"] })).toHaveLength(1);
    expect(refused({ fields, fullTextSearch: ["n"] })).toEqual([
      "fullTextSearch[0]: column n must be among fields, with type Utf8",
    ]);
  });

  test("give a column one kind of index", () => {
    const fields = [{ name: "a", type: "Utf8" }];
    expect(refused({ fields, fullTextSearch: ["a"], index: ["A"] })).toEqual([
      "fullTextSearch[0]: column a cannot be in index as well",
    ]);
  });

  test("do not partition by a column that is searched as text", () => {
    expect(refused({ partitionKeys: [{ field: "message" }] })).toEqual([
      expect.stringMatching(/^partitionKeys\[0\]\.field: /),
    ]);
  });
});
