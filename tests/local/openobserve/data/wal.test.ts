import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WriteAheadLog } from "../../../../local/openobserve/data/wal.js";

describe("The write-ahead log", () => {
  let dir: string;
  let log: WriteAheadLog | undefined;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "wal-"));
  });

  afterEach(async () => {
    await log?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const open = (applied = 0): string[] => {
    const texts: string[] = [];
    log = WriteAheadLog.open(dir, applied, ({ text }) => texts.push(text));
    return texts;
  };
  const reopen = async (applied = 0): Promise<string[]> => {
    await log?.close();
    return open(applied);
  };
  const segments = () => readdirSync(dir).map((name) => join(dir, name));

  it("gives back every entry in order, whatever its text", async () => {
    open();
    const texts = ["one", "", "zwei ü €", "x".repeat(100_000)];
    await Promise.all(texts.map(async (text) => log?.append(text)));
    expect(await reopen()).toEqual(texts);
  });

  it("gives back only what the database does not have yet", async () => {
    open();
    for (const text of ["a", "b", "c"]) await log?.append(text);
    expect(await reopen(2)).toEqual(["c"]);
  });

  it("goes on counting after a restart, also when nothing was left to replay", async () => {
    open();
    for (const text of ["a", "b"]) await log?.append(text);
    await reopen(2);
    await log?.append("c");
    expect(await reopen(2)).toEqual(["c"]);
  });

  it("ends at a torn entry, and later entries are not lost behind it", async () => {
    open();
    for (const text of ["a", "b", "torn"]) await log?.append(text);
    await log?.close();
    const [file = ""] = segments();
    truncateSync(file, statSync(file).size - 2);
    expect(await reopen()).toEqual(["a", "b"]);
    await log?.append("after");
    expect(await reopen()).toEqual(["a", "b", "after"]);
  });

  it("does not believe an entry whose bytes have changed", async () => {
    open();
    await log?.append("good");
    await log?.close();
    const [file = ""] = segments();
    const frame = readFileSync(file);
    frame[frame.length - 1] = (frame.at(-1) ?? 0) ^ 1;
    appendFileSync(file, frame);
    expect(await reopen()).toEqual(["good"]);
  });

  it("removes segments that are done, and only those", async () => {
    open();
    const large = "x".repeat(17 * 1024 * 1024);
    await log?.append(large);
    await log?.append(large);
    await log?.append("last");
    expect(segments()).toHaveLength(3);
    log?.release(2);
    expect(segments()).toHaveLength(1);
    expect(await reopen(2)).toEqual(["last"]);
  });
});
