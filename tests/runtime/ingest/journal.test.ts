import { appendFile, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { frameHeaderBytes } from "../../../runtime/ingest/journal/frame.js";
import { Journal, type JournalOptions } from "../../../runtime/ingest/journal/journal.js";
import { Page } from "../../../runtime/ingest/journal/page.js";
import { Batch } from "../../../runtime/ingest/batch.js";

let directory: string;
let damaged: number;
let errors: Error[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "o2cqrs-journal-"));
  damaged = 0;
  errors = [];
});

afterEach(() => rm(directory, { recursive: true }));

const options = (): JournalOptions => ({
  directory,
  segmentBytes: 400,
  sync: false,
  usage: { disk: 0, memory: 0 },
  onDiskError: (error) => errors.push(error),
  onDamage: (bytes) => (damaged += bytes),
  isCrowded: () => false,
});

async function append(journal: Journal, ...records: readonly unknown[]): Promise<void> {
  const page = new Page();
  for (const record of records) page.add(JSON.stringify(record));
  await journal.append(page);
}

async function takeAll(journal: Journal, maxRecords = 100): Promise<unknown[]> {
  const records: unknown[] = [];
  for (
    let run = await journal.take(maxRecords, 4096);
    run !== undefined;
    run = await journal.take(maxRecords, 4096)
  )
    records.push(...JSON.parse(new Batch(run).body().toString()));
  return records;
}

const segments = async () => (await readdir(directory)).filter((name) => name.endsWith(".seg")).sort();

test("gives records back in the order they came, as the body of a request", async () => {
  const journal = await Journal.open(options());
  await append(journal, { n: 1 }, { text: 'é " \\ \n 🙂' });
  await append(journal, { n: 3 });
  expect(await takeAll(journal)).toEqual([{ n: 1 }, { text: 'é " \\ \n 🙂' }, { n: 3 }]);
  await journal.close();
});

test("any texts in any groups come back as they were", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.string({ unit: "binary", maxLength: 60 }), { maxLength: 8 })),
      async (groups) => {
        const journal = Journal.inMemory(options());
        for (const group of groups) await append(journal, ...group);
        expect(await takeAll(journal, 3)).toEqual(JSON.parse(JSON.stringify(groups.flat())));
      },
    ),
    { numRuns: 20 },
  );
});

test("begins again behind what was delivered, and removes segments that are done", async () => {
  const first = await Journal.open(options());
  for (let n = 0; n < 100; n++) await append(first, { n });
  for (
    let run = await first.take(10, 4096), taken = 0;
    run && taken < 5;
    run = await first.take(10, 4096), taken++
  )
    await first.commit(run.to);
  await first.close();
  const second = await Journal.open(options());
  const rest = (await takeAll(second)) as { n: number }[];
  expect(rest.at(-1)).toEqual({ n: 99 });
  expect(rest.map(({ n }) => n)).toEqual(
    Array.from({ length: rest.length }, (_, i) => 100 - rest.length + i),
  );
  expect(rest.length).toBeLessThan(60);
  await second.close();
});

test("a torn write at the end costs the torn record only", async () => {
  const first = await Journal.open(options());
  await append(first, { n: 1 }, { n: 2 });
  await first.close();
  const [segment] = await segments();
  const path = join(directory, segment!);
  await truncate(path, (await readFile(path)).length - 3);
  const second = await Journal.open(options());
  await append(second, { n: 3 });
  expect(await takeAll(second)).toEqual([{ n: 1 }, { n: 3 }]);
  expect(damaged).toBeGreaterThan(0);
  await second.close();
});

test("a damaged record in the middle costs that record only", async () => {
  const first = await Journal.open(options());
  await append(first, { n: 1 }, { n: 2 }, { n: 3 });
  await first.close();
  const path = join(directory, (await segments())[0]!);
  const bytes = await readFile(path);
  const frame = frameHeaderBytes + '{"n":1}'.length;
  bytes[frame + frameHeaderBytes + 5] = 0x39; // A digit of the second record.
  await writeFile(path, bytes);
  const second = await Journal.open(options());
  expect(await takeAll(second)).toEqual([{ n: 1 }, { n: 3 }]);
  expect(damaged).toBe(frame);
  await second.close();
});

test("garbage instead of a length gives up the rest of that segment, and no more", async () => {
  const first = await Journal.open(options());
  await append(first, { n: 1 });
  await first.close();
  await appendFile(join(directory, (await segments())[0]!), Buffer.alloc(50, 0xff));
  const second = await Journal.open(options());
  await append(second, { n: 2 });
  expect(await takeAll(second)).toEqual([{ n: 1 }, { n: 2 }]);
  await second.close();
});

test("a damaged position is an old one: records come twice rather than never", async () => {
  const first = await Journal.open(options());
  await append(first, { n: 1 }, { n: 2 });
  await first.commit((await first.take(1, 4096))!.to);
  await first.close();
  await writeFile(join(directory, "cursor"), Buffer.alloc(64, 7));
  const second = await Journal.open(options());
  expect(await takeAll(second)).toEqual([{ n: 1 }, { n: 2 }]);
  await second.close();
});

test("a full disk that takes half a group: the group waits in memory whole, and none of it comes twice", async () => {
  const journal = await Journal.open(options());
  await append(journal, { n: 1 });
  const probe = await open(join(directory, "probe"), "w");
  const prototype = Object.getPrototypeOf(probe) as typeof probe;
  await probe.close();
  const write = prototype.write as (
    this: typeof probe,
    ...args: unknown[]
  ) => Promise<{ bytesWritten: number }>;
  let writes = 0;
  const full = jest.spyOn(prototype, "write").mockImplementation(function (
    this: typeof probe,
    ...args: unknown[]
  ) {
    if (++writes > 1) return Promise.reject(Object.assign(new Error("no space left"), { code: "ENOSPC" }));
    return write.call(this, args[0], args[1], 5, args[3]);
  } as typeof prototype.write);
  await append(journal, { n: 2 }, { n: 3 });
  full.mockRestore();
  expect(errors).toMatchObject([{ code: "ENOSPC" }]);
  expect(await takeAll(journal)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  await journal.close();
});

test("goes on in memory when the folder vanishes", async () => {
  const journal = await Journal.open(options());
  await append(journal, { filler: "x".repeat(400) });
  await rm(directory, { recursive: true });
  await append(journal, { n: 2 });
  expect(errors).toHaveLength(1);
  expect(await takeAll(journal)).toEqual([{ filler: "x".repeat(400) }, { n: 2 }]);
  await journal.close();
  directory = await mkdtemp(join(tmpdir(), "o2cqrs-journal-"));
});

describe("a full disk, for long and without a delivery", () => {
  const noSpace = Object.assign(new Error("no space left"), { code: "ENOSPC" });

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  /** Writes groups so far apart that the disk is tried with each, and takes none. */
  async function appendWhileFull(journal: Journal, groups: number): Promise<void> {
    const probe = await open(join(directory, "probe"), "w");
    const prototype = Object.getPrototypeOf(probe) as typeof probe;
    await probe.close();
    const full = jest.spyOn(prototype, "write").mockRejectedValue(noSpace);
    for (let n = 0; n < groups; n++) {
      await append(journal, { n });
      jest.advanceTimersByTime(6000);
    }
    full.mockRestore();
  }

  test("leaves neither open files nor a segment for each try", async () => {
    const usage = { disk: 0, memory: 0 };
    const journal = await Journal.open({ ...options(), usage, segmentBytes: 4000 });
    await appendWhileFull(journal, 30);
    expect(errors).toHaveLength(30);
    expect(await segments()).toEqual([]);
    expect(journal.unreadRecords).toBe(30);
    expect(await takeAll(journal)).toEqual(Array.from({ length: 30 }, (_, n) => ({ n })));
    expect(usage.disk).toBe(0);
    await append(journal, { n: 30 }); // The disk has room again.
    expect(await segments()).toHaveLength(1);
    expect(await takeAll(journal)).toEqual([{ n: 30 }]);
    await journal.close();
  });

  test("is tried again although the clock was set back", async () => {
    const journal = await Journal.open(options());
    await appendWhileFull(journal, 1);
    jest.setSystemTime(Date.now() - 3600e3);
    await append(journal, { n: 1 });
    expect(await segments()).toHaveLength(1);
    await journal.close();
  });
});

test("what is given up is either counted or delivered, never both", async () => {
  const journal = await Journal.open(options());
  await append(journal, { n: 1 }, { n: 2 }, { n: 3 });
  expect(await journal.take(1, 4096)).toBeDefined();
  const taking = journal.take(10, 4096);
  expect(await journal.giveUpOldest("anywhere")).toBe(2);
  expect(await taking).toBeUndefined();
  await append(journal, { n: 4 });
  expect(await takeAll(journal)).toEqual([{ n: 4 }]);
  await journal.close();
});

test("a segment that is given up and cannot be read is gone all the same, and harms no one", async () => {
  const usage = { disk: 0, memory: 0 };
  const journal = await Journal.open({ ...options(), usage });
  await append(journal, { filler: "x".repeat(400) });
  await append(journal, { n: 2 });
  const probe = await open(join(directory, "probe"), "w");
  const broken = jest.spyOn(Object.getPrototypeOf(probe) as typeof probe, "read");
  await probe.close();
  broken.mockRejectedValue(Object.assign(new Error("i/o error"), { code: "EIO" }));
  expect(await journal.giveUpOldest("memory")).toBeUndefined();
  expect(await journal.giveUpOldest("anywhere")).toBe(0);
  broken.mockRestore();
  expect(errors).toMatchObject([{ code: "EIO" }]);
  expect(await segments()).toHaveLength(1);
  expect(await takeAll(journal)).toEqual([{ n: 2 }]);
  await journal.close();
});

test("a page that a burst made large gives the memory back", () => {
  const page = new Page();
  const held = () => page.bytes.buffer.byteLength;
  const text = JSON.stringify("x".repeat(2 ** 20));
  for (let n = 0; n < 20; n++) page.add(text);
  expect(held()).toBeGreaterThan(20 * 2 ** 20);
  page.clear();
  expect(held()).toBeLessThan(2 ** 20);
  page.add(text);
  expect(page.bytes.subarray(frameHeaderBytes).toString()).toBe(text);
});
