import { type FileHandle, open, rm } from "node:fs/promises";

/** A part of a journal: bytes are added at its end until it is full, and it is removed as a whole. */
export interface Segment {
  readonly number: number;
  /** Bytes that can be read. */
  readonly size: number;
  /** Adds bytes. @throws if the disk does not take them; the segment is then as it was before */
  append(bytes: Buffer, sync: boolean): Promise<void>;
  /** Fills `target` from `offset` on. @returns how many bytes there were */
  read(target: Buffer, offset: number): Promise<number>;
  close(): Promise<void>;
  remove(): Promise<void>;
}

/** Bytes in a file. */
export class FileSegment implements Segment {
  readonly #file: FileHandle;
  #size: number;

  private constructor(
    readonly number: number,
    readonly path: string,
    file: FileHandle,
    size: number,
  ) {
    this.#file = file;
    this.#size = size;
  }

  static async create(number: number, path: string): Promise<FileSegment> {
    return new FileSegment(number, path, await open(path, "wx+", 0o600), 0);
  }

  static async open(number: number, path: string): Promise<FileSegment> {
    const file = await open(path, "r+");
    return new FileSegment(number, path, file, (await file.stat()).size);
  }

  get size(): number {
    return this.#size;
  }

  async append(bytes: Buffer, sync: boolean): Promise<void> {
    try {
      for (let written = 0; written < bytes.length;) {
        const left = bytes.length - written;
        written += (await this.#file.write(bytes, written, left, this.#size + written)).bytesWritten;
      }
      if (sync) await this.#file.datasync();
    } catch (error) {
      // What did get there is half a group; a reader must not meet it.
      await this.truncate(this.#size).catch(() => undefined);
      throw error;
    }
    this.#size += bytes.length;
  }

  async read(target: Buffer, offset: number): Promise<number> {
    const wanted = Math.min(target.length, this.#size - offset);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await this.#file.read(target, filled, wanted - filled, offset + filled);
      if (bytesRead === 0) break; // The file was cut by someone else.
      filled += bytesRead;
    }
    return filled;
  }

  /** Cuts off what is damaged. */
  async truncate(size: number): Promise<void> {
    await this.#file.truncate(size);
    this.#size = size;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async remove(): Promise<void> {
    await this.#file.close();
    await rm(this.path, { force: true });
  }
}

/** Bytes in memory: without a folder, or while the disk takes nothing. */
export class MemorySegment implements Segment {
  #chunks: { readonly start: number; readonly bytes: Buffer }[] = [];
  #size = 0;

  constructor(readonly number: number) {}

  get size(): number {
    return this.#size;
  }

  append(bytes: Buffer): Promise<void> {
    this.#chunks.push({ start: this.#size, bytes: Buffer.from(bytes) });
    this.#size += bytes.length;
    return Promise.resolve();
  }

  read(target: Buffer, offset: number): Promise<number> {
    const first = this.#chunks.findLastIndex(({ start }) => start <= offset);
    let filled = 0;
    for (const { start, bytes } of this.#chunks.slice(Math.max(first, 0))) {
      if (filled === target.length) break;
      filled += bytes.copy(target, filled, Math.max(0, offset - start));
    }
    return Promise.resolve(filled);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  remove(): Promise<void> {
    this.#chunks = [];
    return Promise.resolve();
  }
}
