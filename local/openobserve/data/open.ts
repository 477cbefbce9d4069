import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Batch, batchOf, decodeBatch, declaration, encodeBatch } from "./batch.js";
import { Catalog, StreamState, timestampColumn } from "./catalog.js";
import { Database } from "./database.js";
import {
  type Column,
  type DataStore,
  type Row,
  type StreamKey,
  type StreamStats,
  type Table,
} from "./store.js";
import { macroStatements } from "../sql/macros.js";
import { WriteAheadLog } from "./wal.js";

export interface DataStoreOptions {
  /** Folder that holds the database and the log; made when missing. */
  readonly dir: string;
  /** Megabytes for DuckDB; rows that wait for it take at most an eighth as much besides. Default 1024. */
  readonly memoryLimit?: number;
  /** SQL run once at start; default is the functions of the server's dialect. */
  readonly setup?: readonly string[];
}

/** Rows move to the database when this many wait, and at the latest after `flushInterval` milliseconds. */
const flushRows = 50_000;
const flushInterval = 1_000;
/** Ingest waits when this many wait, so that the next query does not have to wait long for them. */
const mostPendingRows = 4 * flushRows;

/**
 * Opens the rows of a server: DuckDB for what was moved, a write-ahead log for what was not. A batch is
 * acknowledged when the log has it on disk; it is moved by DuckDB's appender together with others, in one
 * transaction that also notes how far the log is done, so that a crash neither loses nor repeats a row.
 */
export async function openDataStore(options: DataStoreOptions): Promise<DuckDataStore> {
  const memory = options.memoryLimit ?? 1024;
  mkdirSync(options.dir, { recursive: true });
  const database = await Database.open(
    join(options.dir, "rows.duckdb"),
    memory,
    options.setup ?? macroStatements,
  );
  const catalog = new Catalog();
  let lastId = 0;
  for (const { key, id, columns, bytes } of await database.streams()) {
    const stream = new StreamState(key, id, columns);
    stream.stored = await database.columnsOf(stream.table);
    stream.bytes = bytes;
    stream.changed = false;
    catalog.set(stream);
    lastId = id;
  }
  const store = new DuckDataStore(database, catalog, lastId, (memory * 1024 * 1024) / 8);
  const log = WriteAheadLog.open(join(options.dir, "wal"), await database.applied(), ({ text }) => {
    const { key, batch } = decodeBatch(text);
    store.take(key, batch, text.length);
  });
  store.start(log);
  await store.flush();
  return store;
}

export class DuckDataStore implements DataStore {
  #log: WriteAheadLog | undefined;
  #pendingRows = 0;
  #pendingBytes = 0;
  #dropped: StreamState[] = [];
  #flushing: Promise<void> | undefined;
  #again: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly database: Database,
    private readonly catalog: Catalog,
    private lastId: number,
    private readonly maxPendingBytes: number,
  ) {}

  /** @internal */
  start(log: WriteAheadLog): void {
    this.#log = log;
  }

  columns(key: StreamKey): readonly Column[] | undefined {
    return this.catalog.get(key)?.columns;
  }

  streams(organization: string): readonly StreamKey[] {
    return this.catalog.of(organization).map(({ key }) => key);
  }

  /** The table is made with others in one transaction: one alone costs as much as ingesting thousands of rows. */
  async create(key: StreamKey, columns: readonly Column[]): Promise<void> {
    await this.#append(key, declaration(columns));
  }

  async addColumns(key: StreamKey, columns: readonly Column[]): Promise<void> {
    if (this.catalog.get(key)) await this.#append(key, declaration(columns));
  }

  async deleteColumns(key: StreamKey, names: readonly string[]): Promise<void> {
    this.catalog.get(key)?.deleteColumns(names);
    await this.flush();
  }

  append(key: StreamKey, rows: readonly Row[]): Promise<void> {
    return this.appendBatch(key, batchOf(rows));
  }

  /** As `append`, for rows that are columns already. */
  async appendBatch(key: StreamKey, batch: Batch): Promise<void> {
    if (batch.size > 0) await this.#append(key, batch);
  }

  async #append(key: StreamKey, batch: Batch): Promise<void> {
    const tooMany = this.#pendingBytes > this.maxPendingBytes || this.#pendingRows > mostPendingRows;
    if (tooMany) await this.flush();
    const text = encodeBatch(key, batch);
    this.take(key, batch, text.length);
    await this.#log?.append(text);
  }

  /** Adds a batch, or columns without rows, to what waits for the database. @internal */
  take(key: StreamKey, batch: Batch, bytes: number): void {
    const stream = this.catalog.get(key) ?? this.#make(key, batch.size === 0 ? batch.columns : []);
    if (batch.size === 0) stream.addColumns(batch.columns);
    else {
      stream.merge(batch);
      stream.pending.push(batch);
      stream.changed = true;
      stream.bytes += bytes;
      this.#pendingRows += batch.size;
      this.#pendingBytes += bytes;
    }
    if (this.#log === undefined) return;
    if (this.#pendingRows >= flushRows) this.#flushInBackground();
    else this.#timer ??= setTimeout(() => this.#flushInBackground(), flushInterval).unref();
  }

  async drop(key: StreamKey): Promise<void> {
    const stream = this.catalog.get(key);
    if (!stream) return;
    this.catalog.delete(key);
    this.#dropped.push(stream);
    await this.flush();
  }

  async stats(key: StreamKey): Promise<StreamStats> {
    const { table, bytes } = this.catalog.get(key) ?? { bytes: 0 };
    if (bytes === 0) return { records: 0, oldest: 0, newest: 0, bytes };
    const time = timestampColumn;
    const { rows } = await this.query(`SELECT count(*), min(${time}), max(${time}) FROM ${table}`);
    const [records, oldest, newest] = (rows[0] ?? []).map(Number);
    return { records: records ?? 0, oldest: oldest ?? 0, newest: newest ?? 0, bytes };
  }

  /** Name of the table that holds the stream's rows, for `query`. */
  tableOf(key: StreamKey): string | undefined {
    return this.catalog.get(key)?.table;
  }

  /** Runs SQL over the tables; it sees every row taken before the call. */
  async query(sql: string): Promise<Table> {
    await this.flush();
    return this.database.query(sql);
  }

  /** Moves every row taken before the call to the database. */
  flush(): Promise<void> {
    if (this.#flushing === undefined) {
      this.#flushing = this.#move().finally(() => (this.#flushing = undefined));
      return this.#flushing;
    }
    // One is under way and may have begun before the newest rows: all who come now share the one after it.
    this.#again ??= this.#flushing
      .catch(() => undefined)
      .then(() => {
        this.#again = undefined;
        return this.flush();
      });
    return this.#again;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.flush();
    await this.#log?.close();
    this.database.close();
  }

  #make(key: StreamKey, columns: readonly Column[]): StreamState {
    const stream = new StreamState(
      key,
      ++this.lastId,
      columns.map(({ name, type }) => [name, type]),
    );
    this.catalog.set(stream);
    return stream;
  }

  #flushInBackground(): void {
    // Rows stay in the log and in memory; the next query or append meets the same error and reports it.
    this.flush().catch(() => undefined);
  }

  async #move(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const changed = [...this.catalog.all()].filter((stream) => stream.changed);
    const dropped = this.#dropped.splice(0);
    if (changed.length === 0 && dropped.length === 0) return;
    const [rows, bytes] = [this.#pendingRows, this.#pendingBytes];
    // All of this at one moment: what is taken now is exactly what the log holds up to `applied`.
    const applied = this.#log?.last ?? 0;
    const changes = changed.map((stream) => {
      stream.changed = false;
      return { stream, columns: stream.columns, batches: stream.pending.splice(0), bytes: stream.bytes };
    });
    try {
      await this.database.apply(changes, dropped, applied);
    } catch (error) {
      for (const { stream, batches } of changes) {
        stream.pending.unshift(...batches);
        stream.changed = true;
      }
      this.#dropped.unshift(...dropped);
      throw error;
    }
    this.#pendingRows -= rows;
    this.#pendingBytes -= bytes;
    this.#log?.release(applied);
  }
}
