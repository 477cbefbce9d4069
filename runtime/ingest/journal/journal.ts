import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Cursor, isBefore, type Position } from "./cursor.js";
import { checkFrame, frameHeaderBytes, readFrames } from "./frame.js";
import { type Page } from "./page.js";
import { FileSegment, MemorySegment, type Segment } from "./segment.js";

/** Bytes held by all journals of a client, to keep them within bounds. */
export interface Usage {
  disk: number;
  memory: number;
}

export interface JournalOptions {
  /** Folder of this journal; without it everything stays in memory. */
  readonly directory: string | undefined;
  readonly segmentBytes: number;
  readonly sync: boolean;
  readonly usage: Usage;
  /** Told of bytes that could not be written or read, and why. */
  readonly onDiskError: (error: Error) => void;
  /** Told of bytes that were skipped because they are damaged. */
  readonly onDamage: (bytes: number) => void;
  /** Whether space is short, so that what is delivered should not wait for its segment to fill. */
  readonly isCrowded: () => boolean;
}

/** Records in a row, as they stand in one segment. */
export interface JournalRun {
  /** The frames, and one byte more. */
  readonly buffer: Buffer;
  /** Where each frame starts in the buffer. */
  readonly starts: readonly number[];
  /** Behind the last frame, in the buffer. */
  readonly end: number;
  /** Behind the last frame, in the journal. */
  readonly to: Position;
}

interface Entry {
  readonly segment: Segment;
  readonly kind: keyof Usage;
  /** Records added by this process; those an earlier process added are not counted. */
  records: number;
  /** Of those, how many were taken. */
  taken: number;
}

/** While the disk takes nothing, how long records go to memory before it is tried again; whatever the clock says. */
const diskRetryMs = 5000;

/**
 * The records of one stream in the order they came, from the first that is not delivered on: an append-only log in
 * segments, with one writer, one reader and a durable position up to which everything is done.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #cursor: Cursor | undefined;
  readonly #entries: Entry[];
  #writing: Entry | undefined;
  #next: number;
  #reader: Position;
  /** Bytes of a record, as last seen: to read about as much as a batch takes. */
  #recordBytes = 1024;
  #done: Position;
  #diskRefusedUntil = -Infinity;
  #appending = false;

  private constructor(options: JournalOptions, cursor: Cursor | undefined, entries: Entry[]) {
    this.#options = options;
    this.#cursor = cursor;
    this.#entries = entries;
    const first = { segment: entries[0]?.segment.number ?? 1, offset: 0 };
    const start = cursor?.start;
    this.#done = start !== undefined && isBefore(first, start) ? start : first;
    this.#reader = this.#done;
    this.#next = Math.max(entries.at(-1)?.segment.number ?? 0, this.#done.segment) + 1;
    for (const { segment } of entries) options.usage.disk += segment.size;
  }

  /** Opens a journal with whatever an earlier process left in its folder. */
  static async open(options: JournalOptions): Promise<Journal> {
    if (options.directory === undefined) return new Journal(options, undefined, []);
    const folder = options.directory;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const cursor = await Cursor.open(join(folder, "cursor"));
    const numbers = (await readdir(folder))
      .flatMap((name) => (name.endsWith(".seg") ? [Number.parseInt(name, 10)] : []))
      .sort((a, b) => a - b);
    const entries: Entry[] = [];
    for (const number of numbers) {
      const path = segmentPath(folder, number);
      if (number < (cursor.start?.segment ?? 0)) await rm(path, { force: true });
      else
        entries.push({ segment: await FileSegment.open(number, path), kind: "disk", records: 0, taken: 0 });
    }
    return new Journal(options, cursor, entries);
  }

  /** A journal in memory, for when the folder cannot be used. */
  static inMemory(options: JournalOptions): Journal {
    return new Journal({ ...options, directory: undefined }, undefined, []);
  }

  /** Adds a group of records; when this resolves they survive the process (or wait in memory, without a disk). */
  async append(page: Page): Promise<void> {
    this.#appending = true;
    try {
      const entry = await this.#write(page.bytes);
      entry.records += page.records;
      this.#options.usage[entry.kind] += page.size;
    } finally {
      this.#appending = false;
    }
  }

  /** Takes the next records, at most so many and so large, or undefined if there are none. */
  async take(maxRecords: number, maxBytes: number): Promise<JournalRun | undefined> {
    for (;;) {
      const entry = this.#entries.find(({ segment }) => segment.number >= this.#reader.segment);
      if (entry === undefined) return undefined;
      const { segment } = entry;
      const offset = segment.number === this.#reader.segment ? this.#reader.offset : 0;
      if (offset >= segment.size) {
        if (entry === this.#entries.at(-1)) return undefined;
        this.#reader = { segment: segment.number + 1, offset: 0 };
        continue;
      }
      const expected = Math.ceil(maxRecords * this.#recordBytes * 1.1);
      const run = await this.#read(segment, offset, maxRecords, Math.min(maxBytes, expected));
      // Given up meanwhile, and counted so; or closed.
      if (run === undefined || !this.#entries.includes(entry)) continue;
      this.#recordBytes = run.end / run.starts.length;
      entry.taken += run.starts.length;
      this.#reader = run.to;
      return run;
    }
  }

  /** Notes that everything before a position is done, and gives back the space of whole segments. */
  async commit(position: Position): Promise<void> {
    if (!isBefore(this.#done, position)) return;
    this.#done = position;
    this.#cursor?.move(position);
    while (this.#isDone(this.#entries[0])) await this.#dropFirst();
  }

  /** Gives back the segment that is being written, if all of it is delivered: it may never come to be full. */
  giveBackDelivered(): void {
    const [entry] = this.#entries;
    if (entry === undefined || entry !== this.#writing || this.#appending) return;
    if (bytesAfter(entry.segment, this.#done) > 0) return;
    this.#writing = undefined; // The next group starts a new one.
    void this.#dropFirst();
  }

  /**
   * Gives up the oldest segment that is not being written.
   * @param place where room is needed
   * @returns the records it held that no one took, or undefined if there is no such segment
   */
  giveUpOldest(place: "anywhere" | keyof Usage): Promise<number> | undefined {
    const oldest = this.#entries[0];
    if (oldest === undefined || (oldest === this.#writing && this.#appending)) return undefined;
    if (place !== "anywhere" && place !== oldest.kind) return undefined;
    if (oldest === this.#writing) this.#writing = undefined; // The next group starts a new one.
    const { number } = oldest.segment;
    // What was taken is still delivered.
    const from = oldest.segment.size - bytesAfter(oldest.segment, this.#reader);
    this.#done = { segment: number + 1, offset: 0 };
    this.#cursor?.move(this.#done);
    if (isBefore(this.#reader, this.#done)) this.#reader = this.#done;
    this.#forget(oldest);
    return this.#countGivenUp(oldest.segment, from);
  }

  /** Never rejects: no one may wait for it. */
  async #countGivenUp(segment: Segment, from: number): Promise<number> {
    try {
      return await countFrames(segment, from);
    } catch (error) {
      this.#options.onDiskError(error as Error);
      return 0;
    } finally {
      await this.#removed(segment);
    }
  }

  /** Records of this process that no one took yet; records of earlier processes are counted as bytes only. */
  get unreadRecords(): number {
    return this.#writing === undefined ? 0 : this.#writing.records - this.#writing.taken;
  }

  get unreadBytes(): number {
    return this.#entries.reduce((bytes, { segment }) => bytes + bytesAfter(segment, this.#reader), 0);
  }

  /** Where the next record is taken from. */
  get reader(): Position {
    return this.#reader;
  }

  /** Behind the last record. */
  get end(): Position {
    const last = this.#entries.at(-1)?.segment;
    return last === undefined ? this.#reader : { segment: last.number, offset: last.size };
  }

  hasUnreadBefore(position: Position): boolean {
    return this.#entries.some(
      ({ segment }) => bytesAfter(segment, this.#reader) > bytesAfter(segment, position),
    );
  }

  /** Whether unread records stand in segments that are full or left over: those have waited long enough. */
  get isBehind(): boolean {
    return this.#entries.some(
      (entry) => entry !== this.#writing && bytesAfter(entry.segment, this.#reader) > 0,
    );
  }

  get undeliveredBytes(): number {
    return this.#entries.reduce((bytes, { segment }) => bytes + bytesAfter(segment, this.#done), 0);
  }

  /** Closes the files; what is not delivered stays for the next process. */
  async close(): Promise<void> {
    for (const { segment, kind } of this.#entries.splice(0)) {
      this.#options.usage[kind] -= segment.size;
      await segment.close();
    }
    this.#writing = undefined;
    await this.#cursor?.close();
  }

  async #write(bytes: Buffer): Promise<Entry> {
    const entry = await this.#writable();
    try {
      await entry.segment.append(bytes, this.#options.sync);
      return entry;
    } catch (error) {
      this.#diskFailed(error);
      // Or each try while the disk is full would leave an open file.
      if (entry.segment.size === 0) {
        this.#forget(entry);
        await this.#removed(entry.segment);
      }
      return this.#write(bytes); // To memory, which does not fail.
    }
  }

  async #writable(): Promise<Entry> {
    const current = this.#writing;
    if (current !== undefined && !this.#isFull(current) && (current.kind === "disk" || !this.#mayUseDisk()))
      return current;
    const created = await this.#createSegment();
    const kind = created instanceof FileSegment ? "disk" : "memory";
    const last = this.#entries.at(-1);
    // While the disk takes nothing, the same segment goes on in memory: not a new one with each try.
    if (kind === "memory" && last?.kind === "memory" && !this.#isFull(last)) return (this.#writing = last);
    const entry: Entry = { segment: created, kind, records: 0, taken: 0 };
    this.#entries.push(entry);
    this.#writing = entry;
    return entry;
  }

  /** Where space is short, one that is mostly delivered is as good as full: no space comes back before its end. */
  #isFull({ segment }: Entry): boolean {
    const { segmentBytes, isCrowded } = this.#options;
    return (
      segment.size >= segmentBytes || (isCrowded() && bytesAfter(segment, this.#done) * 2 < segment.size)
    );
  }

  #mayUseDisk(): boolean {
    return this.#options.directory !== undefined && performance.now() >= this.#diskRefusedUntil;
  }

  async #createSegment(): Promise<Segment> {
    const number = this.#next++;
    const folder = this.#options.directory;
    if (folder === undefined || !this.#mayUseDisk()) return new MemorySegment(number);
    try {
      return await FileSegment.create(number, segmentPath(folder, number));
    } catch (error) {
      this.#diskFailed(error);
      return new MemorySegment(number);
    }
  }

  #diskFailed(error: unknown): void {
    this.#diskRefusedUntil = performance.now() + diskRetryMs;
    this.#writing = undefined;
    this.#options.onDiskError(error instanceof Error ? error : new Error(String(error)));
  }

  async #read(
    segment: Segment,
    offset: number,
    maxRecords: number,
    maxBytes: number,
  ): Promise<JournalRun | undefined> {
    const length = Math.min(maxBytes, segment.size - offset);
    const buffer = Buffer.allocUnsafe(length + 1);
    const filled = buffer.subarray(0, await this.#fill(segment, buffer.subarray(0, length), offset));
    const { starts, end, rest } = readFrames(filled, maxRecords);
    if (starts.length > 0)
      return { buffer, starts, end, to: { segment: segment.number, offset: offset + end } };
    const needed = filled.length < 4 ? 0 : frameHeaderBytes + filled.readUInt32LE(0);
    if (rest === "partial" && needed > maxBytes && offset + needed <= segment.size)
      return this.#read(segment, offset, 1, needed);
    this.#skipDamage(segment, offset, filled);
    return undefined;
  }

  /** What cannot be read is skipped like what is damaged; a segment given up meanwhile reads as empty. */
  async #fill(segment: Segment, target: Buffer, offset: number): Promise<number> {
    try {
      return await segment.read(target, offset);
    } catch (error) {
      if (this.#entries.some((entry) => entry.segment === segment)) this.#options.onDiskError(error as Error);
      return 0;
    }
  }

  /** Goes behind a damaged frame if the one that follows it is whole, else to the next segment. */
  #skipDamage(segment: Segment, offset: number, bytes: Buffer): void {
    const { check, end } = checkFrame(bytes, 0);
    const skip = check === "damaged" && end > 0 && checkFrame(bytes, end).check === "whole";
    const bad = skip ? end : segment.size - offset;
    if (this.#entries.some((entry) => entry.segment === segment)) this.#options.onDamage(bad);
    this.#reader = { segment: segment.number, offset: offset + bad };
  }

  /** A segment is done when it is read and delivered to its end and no longer written. */
  #isDone(entry: Entry | undefined): boolean {
    if (entry === undefined || entry === this.#writing) return false;
    const { number, size } = entry.segment;
    return this.#done.segment > number || (this.#done.segment === number && this.#done.offset >= size);
  }

  async #dropFirst(): Promise<void> {
    const first = this.#entries[0];
    if (first === undefined) return;
    this.#forget(first);
    await this.#removed(first.segment);
  }

  #forget(entry: Entry): void {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#options.usage[entry.kind] -= entry.segment.size;
  }

  async #removed(segment: Segment): Promise<void> {
    await segment.remove().catch((error: unknown) => this.#options.onDiskError(error as Error));
  }
}

const segmentPath = (folder: string, number: number): string =>
  join(folder, `${String(number).padStart(10, "0")}.seg`);

function bytesAfter(segment: Segment, position: Position): number {
  if (segment.number < position.segment) return 0;
  return segment.number > position.segment ? segment.size : Math.max(0, segment.size - position.offset);
}

/** Counts frames by their lengths alone. */
async function countFrames(segment: Segment, from: number): Promise<number> {
  const bytes = Buffer.allocUnsafe(segment.size - from);
  const filled = await segment.read(bytes, from);
  let count = 0;
  for (let at = 0; at + frameHeaderBytes <= filled; count++) at += frameHeaderBytes + bytes.readUInt32LE(at);
  return count;
}
