import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";

/** A place in a journal. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
}

export const isBefore = (a: Position, b: Position): boolean =>
  a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset);

const slotBytes = 32;
const checkedBytes = 24;

/**
 * How far a journal is delivered, kept over restarts. Two slots are written in turn, each with a checksum, so a
 * write that is cut short leaves the one before it. An old position is safe: it costs duplicates, never records.
 */
export class Cursor {
  readonly #file: FileHandle;
  #sequence: number;
  #wanted: Position | undefined;
  #writing: Promise<void> | undefined;

  private constructor(
    file: FileHandle,
    sequence: number,
    readonly start: Position | undefined,
  ) {
    this.#file = file;
    this.#sequence = sequence;
  }

  static async open(path: string): Promise<Cursor> {
    const file = await open(path, "a+", 0o600).then(async (created) => {
      await created.close();
      return open(path, "r+");
    });
    const bytes = Buffer.alloc(2 * slotBytes);
    await file.read(bytes, 0, bytes.length, 0);
    const slots = [readSlot(bytes, 0), readSlot(bytes, slotBytes)].filter((slot) => slot !== undefined);
    const latest = slots.sort((a, b) => b.sequence - a.sequence)[0];
    return new Cursor(file, latest?.sequence ?? 0, latest?.position);
  }

  /** Notes a position. Never rejects: a position that could not be written only costs duplicates. */
  move(position: Position): void {
    this.#wanted = position;
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(): Promise<void> {
    while (this.#wanted !== undefined) {
      const { segment, offset } = this.#wanted;
      this.#wanted = undefined;
      const slot = Buffer.alloc(slotBytes);
      slot.writeDoubleLE(++this.#sequence, 0);
      slot.writeDoubleLE(segment, 8);
      slot.writeDoubleLE(offset, 16);
      slot.writeUInt32LE(crc32(slot.subarray(0, checkedBytes)), checkedBytes);
      const place = (this.#sequence % 2) * slotBytes;
      await this.#file.write(slot, 0, slotBytes, place).catch(() => undefined);
    }
  }
}

function readSlot(bytes: Buffer, start: number): { sequence: number; position: Position } | undefined {
  const checked = bytes.subarray(start, start + checkedBytes);
  const sequence = checked.readDoubleLE(0);
  if (sequence === 0 || crc32(checked) !== bytes.readUInt32LE(start + checkedBytes)) return undefined;
  return { sequence, position: { segment: checked.readDoubleLE(8), offset: checked.readDoubleLE(16) } };
}
