/**
 * How a record stands in the journal: length (4 bytes, little-endian), CRC-32 (4 bytes), JSON text (UTF-8).
 *
 * The header is as long as the separator it becomes: JSON allows white space, so a run of frames turns into the
 * body of a request by overwriting each header, without copying a record.
 */
import { crc32 } from "node:zlib";

export const frameHeaderBytes = 8;

/** Larger records are refused: one must fit a request, and a length beyond this marks a damaged frame. */
export const maxRecordBytes = 4 * 2 ** 20;

const separator = Buffer.from(",       ");
const opening = Buffer.from("[       ");
const closing = 0x5d; // "]"

/** Writes the header of a record whose text already stands behind it. */
export function sealFrame(buffer: Buffer, start: number, length: number): void {
  const text = start + frameHeaderBytes;
  buffer.writeUInt32LE(length, start);
  buffer.writeUInt32LE(crc32(buffer.subarray(text, text + length)), start + 4);
}

export type FrameCheck = "whole" | "partial" | "damaged";

/** What stands at `start`: a whole frame, the beginning of one, or something else. */
export function checkFrame(buffer: Buffer, start: number): { check: FrameCheck; end: number } {
  const text = start + frameHeaderBytes;
  if (text > buffer.length) return { check: "partial", end: start };
  const length = buffer.readUInt32LE(start);
  if (length === 0 || length > maxRecordBytes) return { check: "damaged", end: start };
  const end = text + length;
  if (end > buffer.length) return { check: "partial", end: start };
  const intact = crc32(buffer.subarray(text, end)) === buffer.readUInt32LE(start + 4);
  return intact ? { check: "whole", end } : { check: "damaged", end };
}

/** A run of whole frames at the start of a buffer. */
export interface FrameRun {
  /** Where each frame starts. */
  readonly starts: readonly number[];
  /** Behind the last of them. */
  readonly end: number;
  /** What follows: nothing or the beginning of a frame (`partial`), or a damaged one. */
  readonly rest: "none" | "partial" | "damaged";
}

/** Collects whole frames until the limit or until something else follows. */
export function readFrames(buffer: Buffer, maxFrames: number): FrameRun {
  const starts: number[] = [];
  let end = 0;
  while (starts.length < maxFrames && end < buffer.length) {
    const frame = checkFrame(buffer, end);
    if (frame.check !== "whole") return { starts, end, rest: frame.check };
    starts.push(end);
    end = frame.end;
  }
  return { starts, end, rest: "none" };
}

/**
 * Turns a run of frames into a JSON array in place.
 * @param buffer holds one byte more than the run, for the closing bracket
 */
export function framesToJsonArray(buffer: Buffer, starts: readonly number[], end: number): Buffer {
  for (const start of starts) separator.copy(buffer, start);
  opening.copy(buffer, starts[0] ?? 0);
  buffer[end] = closing;
  return buffer.subarray(starts[0] ?? 0, end + 1);
}
