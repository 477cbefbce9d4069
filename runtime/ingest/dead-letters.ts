import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { join } from "node:path";

/** Records that the server will never take, in `{directory}/{stream}.jsonl`: when, why and the record itself. */
export class DeadLetters {
  #writing: Promise<void> = Promise.resolve();

  /** @param directory without it, dead letters are only told of */
  constructor(
    readonly directory: string | undefined,
    readonly maxBytes: number,
    readonly onDiskError: (error: Error) => void,
  ) {}

  /** Adds records, one line each. Resolves when they are in the file, or when the disk refused them. */
  add(stream: string, reason: string, records: readonly string[]): Promise<void> {
    const at = new Date().toISOString();
    const head = `{"at":${JSON.stringify(at)},"stream":${JSON.stringify(stream)},"reason":${JSON.stringify(reason)},"record":`;
    const lines = records.map((record) => `${head}${record}}\n`).join("");
    // One after the other: lines of two writers must not mix.
    this.#writing = this.#writing.then(() => this.#append(stream, lines)).catch(this.onDiskError);
    return this.#writing;
  }

  async #append(stream: string, lines: string): Promise<void> {
    if (this.directory === undefined) return;
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const path = join(this.directory, `${encodeURIComponent(stream)}.jsonl`);
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size > 0 && size + lines.length > this.maxBytes) await rename(path, `${path}.1`);
    await appendFile(path, lines, { mode: 0o600 });
  }
}
