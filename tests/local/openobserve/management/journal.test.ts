import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";

import { type Change, Journal } from "../../../../local/openobserve/store/journal.js";

describe("The journal of the metadata", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "journal-"));
    path = join(folder, "journal.jsonl");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (key: string, value: unknown): Change => ({ collection: "c", key, value });
  const remove = (key: string): Change => ({ collection: "c", key });
  const read = async (): Promise<Record<string, unknown>> => {
    const { journal, records } = await Journal.open(path);
    await journal.close();
    return Object.fromEntries(records.get("c") ?? []);
  };
  const write = async (...batches: Change[][]): Promise<void> => {
    const { journal } = await Journal.open(path);
    for (const batch of batches) await journal.append(batch);
    await journal.close();
  };

  test("gives back what was written, the last value of each key, and nothing that was removed", async () => {
    await write([put("a", 1)], [put("b", { x: [null, "é\n"] })], [put("a", 2)], [put("c", 3)], [remove("c")]);
    expect(await read()).toEqual({ a: 2, b: { x: [null, "é\n"] } });
  });

  test("is private to its owner: it holds tokens", async () => {
    await write([put("a", 1)]);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  test("drops a line that a crash cut short, whole batch and all, and goes on after it", async () => {
    await write([put("a", 1)]);
    const whole = statSync(path).size;
    await write([put("b", 2), put("c", 3)]);
    for (const cut of [1, 5, 20]) {
      const bytes = readFileSync(path);
      truncateSync(path, bytes.length - cut);
      expect(await read()).toEqual({ a: 1 });
      expect(statSync(path).size).toBe(whole);
      writeFileSync(path, bytes);
    }
    appendFileSync(path, "garbage");
    await write([put("d", 4)]);
    expect(await read()).toEqual({ a: 1, b: 2, c: 3, d: 4 });
  });

  test("reads the same at whatever byte a crash cut it: all batches before, none after", async () => {
    const batches = [[put("a", 1)], [put("b", 2), remove("a")], [put("a", "again"), put("c", null)]];
    await write(...batches);
    const bytes = readFileSync(path);
    const states = [{}, { a: 1 }, { b: 2 }, { b: 2, a: "again", c: null }];
    let state = 0;
    for (let length = 0; length <= bytes.length; length++) {
      if (length > 0 && bytes[length - 1] === 10) state++;
      writeFileSync(path, bytes.subarray(0, length));
      expect(await read()).toEqual(states[state]);
    }
  });

  test("shares a write among changes that come together, and answers each when it is on the disk", async () => {
    const { journal } = await Journal.open(path);
    const writes = Array.from({ length: 200 }, (_, index) => journal.append([put(`k${index}`, index)]));
    await Promise.all(writes);
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(201);
    await journal.close();
  });

  test("answers no write after one that failed", async () => {
    const { journal } = await Journal.open(path);
    await journal.append([put("a", 1)]);
    const file = (journal as unknown as { file: { appendFile: unknown } }).file;
    const failing = jest
      .spyOn(file as never, "appendFile")
      .mockRejectedValueOnce(new Error("no space") as never);
    await expect(journal.append([put("b", 2)])).rejects.toThrow("no space");
    await expect(journal.append([put("c", 3)])).rejects.toThrow("no space");
    expect(failing).toHaveBeenCalledTimes(1);
    await expect(journal.close()).rejects.toThrow("no space");
    expect(await read()).toEqual({ a: 1 });
  });

  test("is rewritten when it holds much more than it has to, and stays the same", async () => {
    const { journal } = await Journal.open(path);
    for (let round = 0; round < 30; round++)
      await Promise.all(Array.from({ length: 100 }, (_, index) => journal.append([put(`k${index}`, round)])));
    await journal.close();
    expect(readFileSync(path, "utf8").split("\n").length).toBeLessThan(1500);
    const records = await read();
    expect(Object.keys(records)).toHaveLength(100);
    expect(new Set(Object.values(records))).toEqual(new Set([29]));
  });

  test("holds any records, through any number of openings", async () => {
    const change = fc.oneof(
      fc.record({ collection: fc.constant("c"), key: fc.string(), value: fc.jsonValue() }),
      fc.record({ collection: fc.constant("c"), key: fc.string() }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 5 })),
        async (openings) => {
          rmSync(path, { force: true });
          const expected = new Map<string, unknown>();
          for (const batches of openings) {
            await write(...batches);
            for (const each of batches.flat()) {
              if ("value" in each) expected.set(each.key, JSON.parse(JSON.stringify(each.value)));
              else expected.delete(each.key);
            }
          }
          expect(await read()).toEqual(Object.fromEntries(expected));
        },
      ),
      { numRuns: 40 },
    );
  });
});
