import { EventEmitter } from "node:events";

/** What the ingest client tells of; nothing of it is ever thrown into the application. */
export interface IngestEvents {
  /** A delivery failed and will be tried again; the records stay in the buffer. */
  failure: [{ readonly stream: string; readonly reason: string; readonly retryInMs: number }];
  /** A stream delivers again after a failure. */
  recovered: [{ readonly stream: string }];
  /** Records were given up. */
  dropped: [{ readonly stream: string; readonly records: number; readonly reason: DropReason }];
  /** Records that the server will never take were set aside. */
  deadLetter: [{ readonly stream: string; readonly records: number; readonly reason: string }];
  /** The buffer's disk refuses reads or writes; records wait in memory meanwhile. */
  diskError: [{ readonly error: Error }];
  /** Bytes of the buffer are damaged and were skipped. */
  damage: [{ readonly stream: string; readonly bytes: number }];
  /** The server's clock is this far ahead of ours (negative: behind), in milliseconds. */
  clockSkew: [{ readonly aheadMs: number }];
  /** The buffer can take records again after it refused some. */
  drain: [];
}

/** `overflow`: the buffer was full; `closed`: the client was closed; `lost`: memory only, at the deadline. */
export type DropReason = "overflow" | "closed" | "lost";

/** An emitter whose listeners cannot harm the client: what they throw is shown as a process warning. */
export class IngestEmitter extends EventEmitter<IngestEvents> {
  tell<Name extends keyof IngestEvents>(name: Name, ...args: IngestEvents[Name]): void {
    try {
      // The emitter's own typing cannot follow a generic name through its conditional types.
      (this.emit as (name: string, ...args: unknown[]) => boolean)(name, ...args);
    } catch (error) {
      process.emitWarning(`A listener of the ingest client's "${name}" threw: ${String(error)}`);
    }
  }
}
