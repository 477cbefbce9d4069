import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDataStore, openDataStore } from "../../../../local/openobserve/data/open.js";
import type { StreamKey } from "../../../../local/openobserve/data/store.js";

const key: StreamKey = { organization: "default", type: "logs", name: "orders" };

describe("The rows of a stream", () => {
  let dir: string;
  let store: DuckDataStore;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "store-"));
    store = await openDataStore({ dir });
  });

  afterEach(async () => {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const rows = async (stream = key) => {
    const { names, rows } = await store.query(
      `SELECT * FROM ${store.tableOf(stream) ?? "nowhere"} ORDER BY _timestamp`,
    );
    return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
  };

  it("are seen by a query as soon as they are appended", async () => {
    await store.append(key, [{ _timestamp: 1, level: "info" }]);
    await store.append(key, [{ _timestamp: 2, level: "error" }]);
    expect(await rows()).toEqual([
      { _timestamp: 1n, level: "info" },
      { _timestamp: 2n, level: "error" },
    ]);
  });

  it("are seen by a query that was asked before the append was answered", async () => {
    const appended = store.append(key, [{ _timestamp: 1, n: 1 }]);
    expect(await rows()).toHaveLength(1);
    await appended;
  });

  it("get new columns as records bring them, and the columns are sorted by name", async () => {
    await store.append(key, [{ _timestamp: 1, zebra: "z" }]);
    await store.append(key, [{ _timestamp: 2, apple: 1.5, zebra: null }]);
    expect(store.columns(key)).toEqual([
      { name: "_timestamp", type: "Int64" },
      { name: "apple", type: "Float64" },
      { name: "zebra", type: "Utf8" },
    ]);
    expect(await rows()).toEqual([
      { _timestamp: 1n, zebra: "z", apple: null },
      { _timestamp: 2n, zebra: null, apple: 1.5 },
    ]);
  });

  it("become text from the first text on, integers that came before included", async () => {
    await store.append(key, [{ _timestamp: 1, n: 5 }]);
    await rows();
    await store.append(key, [{ _timestamp: 2, n: "not a number" }]);
    expect((await rows()).map(({ n }) => n)).toEqual(["5", "not a number"]);
    expect(store.columns(key)).toContainEqual({ name: "n", type: "Utf8" });
  });

  it("widen from integers to fractions, and keep 64-bit integers exact", async () => {
    await store.append(key, [
      { _timestamp: 1, n: 5, at: 1_795_464_487_898_269_123n },
      { _timestamp: 2, n: 2.5, at: 18_446_744_073_709_551_615n },
    ]);
    expect((await rows()).map(({ n, at }) => [n, at])).toEqual([
      [5, 1_795_464_487_898_269_123n],
      [2.5, 18_446_744_073_709_551_615n],
    ]);
    expect(store.columns(key)).toContainEqual({ name: "at", type: "UInt64" });
  });

  it("keep infinities and what is no number", async () => {
    await store.append(key, [
      { _timestamp: 1, value: Infinity },
      { _timestamp: 2, value: -Infinity },
      { _timestamp: 3, value: 0.5 },
    ]);
    expect((await rows()).map(({ value }) => value)).toEqual([Infinity, -Infinity, 0.5]);
  });

  it("survive closing and opening again, with their columns", async () => {
    await store.append(key, [{ _timestamp: 1, level: "info", n: 1 }]);
    const columns = store.columns(key);
    await store.close();
    store = await openDataStore({ dir });
    expect(store.columns(key)).toEqual(columns);
    expect(store.streams("default")).toEqual([key]);
    await store.append(key, [{ _timestamp: 2, level: "info", extra: true }]);
    expect(await rows()).toHaveLength(2);
  });

  it("are gone after a drop, and a stream of the same name begins anew", async () => {
    await store.append(key, [{ _timestamp: 1, old: 1 }]);
    await store.drop(key);
    expect(store.columns(key)).toBeUndefined();
    await store.append(key, [{ _timestamp: 2, young: 1 }]);
    expect(await rows()).toEqual([{ _timestamp: 2n, young: 1n }]);
    await store.close();
    store = await openDataStore({ dir });
    expect(await rows()).toEqual([{ _timestamp: 2n, young: 1n }]);
  });

  it("are counted, with the oldest and the newest time", async () => {
    await store.append(key, [
      { _timestamp: 30, n: 1 },
      { _timestamp: 10, n: 2 },
    ]);
    expect(await store.stats(key)).toMatchObject({ records: 2, oldest: 10, newest: 30 });
    expect(await store.stats({ ...key, name: "nothing" })).toEqual({
      records: 0,
      oldest: 0,
      newest: 0,
      bytes: 0,
    });
  });

  it("lose a deleted column and keep the rest", async () => {
    await store.append(key, [{ _timestamp: 1, secret: "x", level: "info" }]);
    await store.deleteColumns(key, ["secret", "_timestamp"]);
    expect(await rows()).toEqual([{ _timestamp: 1n, level: "info" }]);
  });

  it("of many appends at once are all there, each in its own stream", async () => {
    const names = ["a", "b", "c"];
    await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        store.append({ ...key, name: names[index % 3] ?? "a" }, [
          { _timestamp: index, [`c${index % 20}`]: index },
        ]),
      ),
    );
    for (const name of names) expect(await rows({ ...key, name })).toHaveLength(100);
  });

  it("cannot be reached past the store: SQL sees no files and changes no settings", async () => {
    await expect(store.query("SELECT * FROM read_text('/etc/hostname')")).rejects.toMatchObject({
      message: expect.stringMatching(/disabled/i),
    });
    await expect(store.query("SET enable_external_access = true")).rejects.toMatchObject({
      message: expect.stringMatching(/lock|cannot/i),
    });
  });
});
