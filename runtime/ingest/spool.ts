import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";

/** A folder of journals, one sub-folder a stream, that this process alone may write and deliver. */
export class OwnedFolder {
  #released = false;

  constructor(
    readonly path: string,
    readonly unlock: () => Promise<void>,
  ) {}

  journalOf(stream: string): string {
    return join(this.path, encodeURIComponent(stream));
  }

  /** The streams it has journals of. */
  async streams(): Promise<string[]> {
    const entries = await readdir(this.path, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [decodeURIComponent(entry.name)] : []));
  }

  /** Gives the folder to whoever wants it, or removes it when nothing in it is left to deliver. */
  async release(options: { readonly remove: boolean }): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    try {
      if (options.remove) await rm(this.path, { recursive: true, force: true });
    } finally {
      // Whoever took the lock over has it now; that is no failure of the release.
      await this.unlock().catch(() => undefined);
    }
  }
}

/**
 * The folder that processes share for their buffers. Each process makes a folder of its own in it, under a lock that
 * it keeps fresh; the folder of a process that died falls to whoever looks next.
 */
export class Spool {
  constructor(
    readonly directory: string,
    readonly staleMs: number,
  ) {}

  /**
   * Makes this process's own folder.
   * @param onLost called if the process was stopped for so long that another one took the folder over
   */
  async own(onLost: () => void): Promise<OwnedFolder> {
    const path = join(this.directory, `${Date.now()}-${process.pid}-${randomUUID().slice(0, 8)}`);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return this.#lock(path, onLost);
  }

  /** Takes over the folders of processes that died. */
  async adopt(): Promise<OwnedFolder[]> {
    const entries = await readdir(this.directory, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.endsWith(".lock"));
    const adopted: OwnedFolder[] = [];
    for (const { name } of folders) {
      // Locked means that its process lives; removed meanwhile, that another one has delivered it.
      const owned = await this.#lock(join(this.directory, name), () => undefined).catch(() => undefined);
      if (owned !== undefined) adopted.push(owned);
    }
    return adopted;
  }

  async #lock(path: string, onCompromised: () => void): Promise<OwnedFolder> {
    return new OwnedFolder(path, await lock(path, { stale: this.staleMs, onCompromised }));
  }
}
