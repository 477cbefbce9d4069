import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  unlinkSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

const headerBytes = 16;
/** A new segment is begun when the current one is at least this large, so that old ones can be removed. */
const segmentBytes = 16 * 1024 * 1024;

export interface LogEntry {
  /** Rises by one with every entry, over all segments and restarts. */
  readonly sequence: number;
  readonly text: string;
}

interface Waiting {
  readonly sequence: number;
  readonly frame: Buffer;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * A write-ahead log in segments with group commit: entries that arrive while one `fdatasync` runs share the
 * next. `append` resolves when the entry would survive the loss of the process or of the machine's power.
 *
 * A frame is sequence (u64), length (u32), CRC-32 (u32), then the text. A torn frame at the end of the newest segment is what
 * a crash leaves behind, was never acknowledged, and ends the reading.
 */
export class WriteAheadLog {
  #file: FileHandle | undefined;
  #fileBytes = 0;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;
  #next: number;
  /** First sequence number of each segment, oldest first. */
  readonly #segments: number[];

  private constructor(
    private readonly dir: string,
    segments: number[],
    next: number,
  ) {
    this.#segments = segments;
    this.#next = next;
  }

  /**
   * Opens the log and hands every entry after `applied` to `replay`, in order.
   * @param applied sequence number of the last entry that the database already holds
   */
  static open(dir: string, applied: number, replay: (entry: LogEntry) => void): WriteAheadLog {
    mkdirSync(dir, { recursive: true });
    const segments = readdirSync(dir)
      .flatMap((name) => /^(\d+)\.wal$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
    let last = applied;
    for (const segment of segments) {
      for (const entry of readFrames(readFileSync(segmentPath(dir, segment)))) {
        if (entry.sequence > last) {
          replay(entry);
          last = entry.sequence;
        }
      }
    }
    return new WriteAheadLog(dir, segments, last + 1);
  }

  /** Sequence number of the newest entry. */
  get last(): number {
    return this.#next - 1;
  }

  append(text: string): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    const sequence = this.#next++;
    const frame = frameOf(sequence, text);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ sequence, frame, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async #write(): Promise<void> {
    // One turn of the event loop lets requests that came in together share the first sync too.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        const file = await this.#segment(group[0]?.sequence ?? this.#next);
        const { bytesWritten } = await file.writev(group.map(({ frame }) => frame));
        this.#fileBytes += bytesWritten;
        await file.datasync();
        for (const { resolve } of group) resolve();
      } catch (error) {
        // After a failed sync nobody knows what is on disk; going on would acknowledge lost rows.
        this.#failure = error instanceof Error ? error : new Error(String(error));
        for (const { reject } of [...group, ...this.#waiting]) reject(this.#failure);
        this.#waiting = [];
      }
    }
    this.#writing = undefined;
  }

  /** @param sequence number of the first entry that will be written */
  async #segment(sequence: number): Promise<FileHandle> {
    if (this.#file && this.#fileBytes < segmentBytes) return this.#file;
    await this.#file?.close();
    // Never the name of an old segment, whose end may be torn.
    const first = Math.max(sequence, (this.#segments.at(-1) ?? 0) + 1);
    this.#file = await open(segmentPath(this.dir, first), "a");
    this.#fileBytes = 0;
    this.#segments.push(first);
    syncDirectory(this.dir);
    return this.#file;
  }

  /** Removes the segments whose entries are all at or below `applied`. */
  release(applied: number): void {
    // All frames of a segment are below the name of its successor.
    while (this.#segments.length > 1 && (this.#segments[1] ?? Infinity) <= applied + 1) {
      const done = this.#segments.shift();
      if (done !== undefined && existsSync(segmentPath(this.dir, done)))
        unlinkSync(segmentPath(this.dir, done));
    }
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }
}

const segmentPath = (dir: string, first: number) => join(dir, `${String(first).padStart(16, "0")}.wal`);

function frameOf(sequence: number, text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame.writeBigUInt64LE(BigInt(sequence), 0);
  frame.writeUInt32LE(length, 8);
  frame.write(text, headerBytes, "utf8");
  frame.writeUInt32LE(crc32(frame.subarray(headerBytes)), 12);
  return frame;
}

function* readFrames(bytes: Buffer): Generator<LogEntry> {
  let offset = 0;
  while (offset + headerBytes <= bytes.length) {
    const sequence = Number(bytes.readBigUInt64LE(offset));
    const length = bytes.readUInt32LE(offset + 8);
    const body = bytes.subarray(offset + headerBytes, offset + headerBytes + length);
    if (body.length < length || crc32(body) !== bytes.readUInt32LE(offset + 12)) return;
    yield { sequence, text: body.toString("utf8") };
    offset += headerBytes + length;
  }
}

/** Makes the new file's name itself durable. */
function syncDirectory(dir: string): void {
  const handle = openSync(dir, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
