import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, truncate } from "node:fs/promises";
import { dirname, join } from "node:path";

import { z } from "zod";

/** One change of one record; without `value` the record is gone. */
export interface Change {
  readonly collection: string;
  readonly key: string;
  readonly value?: unknown;
}

const lineForm = z.tuple([z.string(), z.string(), z.unknown()]).or(z.tuple([z.string(), z.string()]));

/** The journal is rewritten when it has more than this many lines, and more than twice as many as records. */
const compactionLines = 2_000;

/**
 * An append-only file of changes, the durable form of the metadata. A change has happened when `append`
 * resolves: it is then on the disk (fdatasync). A line that a crash cut short is dropped on the next start,
 * which its checksum tells. Changes that come while the disk is busy share the next write. After a failed write
 * every later one fails too: what follows a damaged line would be lost on the next start.
 */
export class Journal {
  #waiting: string[] = [];
  #lines = 0;
  #writing: Promise<void> | undefined;

  private constructor(
    private readonly path: string,
    private file: FileHandle,
    /** The records that remain, for the rewriting. */
    private readonly records: Map<string, Map<string, unknown>>,
  ) {}

  /** Opens the file, makes it if missing, and reads what it holds. Throws when the disk does. */
  static async open(path: string): Promise<{ journal: Journal; records: Map<string, Map<string, unknown>> }> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const records = new Map<string, Map<string, unknown>>();
    const file = await open(path, "a", 0o600);
    const journal = new Journal(path, file, records);
    await journal.#load();
    return { journal, records };
  }

  async #load(): Promise<void> {
    const bytes = await readFile(this.path);
    let read = 0;
    for (let end = bytes.indexOf(10, read); end !== -1; end = bytes.indexOf(10, read)) {
      const changes = parseLine(bytes.subarray(read, end).toString());
      if (!changes) break;
      for (const change of changes) apply(this.records, change);
      this.#lines++;
      read = end + 1;
    }
    if (read < bytes.length) await truncate(this.path, read);
  }

  /** All changes of one call survive a crash together or not at all. */
  append(changes: readonly Change[]): Promise<void> {
    for (const change of changes) apply(this.records, change);
    this.#waiting.push(formatLine(changes));
    // The write that is under way has taken its lines already; these go with the next.
    return (this.#writing = this.#writing ? this.#writing.then(() => this.#flush()) : this.#flush());
  }

  async #flush(): Promise<void> {
    const lines = this.#waiting;
    if (lines.length === 0) return;
    this.#waiting = [];
    this.#lines += lines.length;
    const live = [...this.records.values()].reduce((sum, each) => sum + each.size, 0);
    if (this.#lines > compactionLines && this.#lines > 2 * live) return this.#compact();
    await this.file.appendFile(lines.join(""));
    await this.file.datasync();
  }

  /** Write beside, sync, rename: at any moment the file is the old journal or the new one. */
  async #compact(): Promise<void> {
    const changes = [...this.records].flatMap(([collection, records]) =>
      [...records].map(([key, value]) => ({ collection, key, value })),
    );
    const partial = `${this.path}.new`;
    const file = await open(partial, "w", 0o600);
    await file.writeFile(changes.map((change) => formatLine([change])).join(""));
    await file.sync();
    await file.close();
    await rename(partial, this.path);
    const folder = await open(dirname(this.path), "r");
    await folder.sync();
    await folder.close();
    await this.file.close();
    this.file = await open(this.path, "a", 0o600);
    this.#lines = changes.length;
  }

  async close(): Promise<void> {
    try {
      await this.#writing;
      await this.#flush();
    } finally {
      await this.file.close();
    }
  }
}

export const journalPath = (dataDir: string): string => join(dataDir, "metadata", "journal.jsonl");

function apply(records: Map<string, Map<string, unknown>>, { collection, key, value }: Change): void {
  let own = records.get(collection);
  if (!own) records.set(collection, (own = new Map<string, unknown>()));
  if (value === undefined) own.delete(key);
  else own.set(key, value);
}

const checksum = (content: string): string => createHash("sha256").update(content).digest("hex").slice(0, 16);

function formatLine(changes: readonly Change[]): string {
  const content = JSON.stringify(
    changes.map(({ collection, key, value }) =>
      value === undefined ? [collection, key] : [collection, key, value],
    ),
  );
  return `${checksum(content)} ${content}\n`;
}

/** Undefined when the line is damaged. */
function parseLine(line: string): Change[] | undefined {
  const content = line.slice(17);
  if (checksum(content) !== line.slice(0, 16)) return undefined;
  return z
    .array(lineForm)
    .parse(JSON.parse(content))
    .map(([collection, key, value]) => ({ collection, key, ...(value !== undefined && { value }) }));
}
