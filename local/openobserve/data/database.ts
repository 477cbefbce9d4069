import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  UBIGINT,
  VARCHAR,
} from "@duckdb/node-api";
import { type Batch } from "./batch.js";
import { type StreamState } from "./catalog.js";
import { convert } from "./columns.js";
import { type Column, type ColumnType, type StreamKey, type Table, type Value } from "./store.js";

const sqlTypes: Record<ColumnType, string> = {
  Utf8: "VARCHAR",
  Int64: "BIGINT",
  UInt64: "UBIGINT",
  Float64: "DOUBLE",
  Boolean: "BOOLEAN",
};
const columnTypes = new Map(Object.entries(sqlTypes).map(([name, type]) => [type, name as ColumnType]));
const vectorTypes = { Utf8: VARCHAR, Int64: BIGINT, UInt64: UBIGINT, Float64: DOUBLE, Boolean: BOOLEAN };

/** Rows that one vector of DuckDB holds. */
const vectorSize = 2048;
const readerCount = 4;

/** What one stream's table has to become, taken at one moment. */
export interface StreamChange {
  readonly stream: StreamState;
  readonly columns: readonly Column[];
  readonly batches: readonly Batch[];
  readonly bytes: number;
}

/**
 * DuckDB behind the store: one writing connection, a few reading ones. Files and the network are out of reach
 * of SQL, and settings are locked, because users' queries run here.
 */
export class Database {
  readonly #idle: DuckDBConnection[] = [];
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = [];

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly writer: DuckDBConnection,
  ) {}

  /**
   * @param memoryMegabytes DuckDB's own limit; larger work spills to a folder beside the file
   * @param setup statements run once before settings are locked, macros for instance
   */
  static async open(path: string, memoryMegabytes: number, setup: readonly string[]): Promise<Database> {
    const instance = await DuckDBInstance.create(path, {
      memory_limit: `${memoryMegabytes}MB`,
      threads: "2",
      // As PostgreSQL and DataFusion order nulls, which is not DuckDB's way.
      default_null_order: "nulls_last_on_asc_first_on_desc",
      integer_division: "true",
    });
    const writer = await instance.connect();
    await writer.run(`
      CREATE TABLE IF NOT EXISTS o2_streams (
        id INTEGER, organization VARCHAR, type VARCHAR, name VARCHAR, columns VARCHAR, bytes BIGINT);
      CREATE TABLE IF NOT EXISTS o2_log (applied BIGINT);
      INSERT INTO o2_log SELECT 0 WHERE NOT EXISTS (FROM o2_log);`);
    for (const statement of setup) await writer.run(statement);
    await writer.run(
      "SET GLOBAL TimeZone = 'UTC'; SET enable_external_access = false; SET lock_configuration = true",
    );
    const database = new Database(instance, writer);
    for (let i = 0; i < readerCount; i++) database.#idle.push(await instance.connect());
    return database;
  }

  async applied(): Promise<number> {
    const { rows } = await this.#run(this.writer, "SELECT applied FROM o2_log");
    return Number(rows[0]?.[0] ?? 0);
  }

  async streams(): Promise<{ key: StreamKey; id: number; columns: [string, ColumnType][]; bytes: number }[]> {
    const { rows } = await this.#run(this.writer, "SELECT * FROM o2_streams ORDER BY id");
    return rows.map(([id, organization, type, name, columns, bytes]) => ({
      id: Number(id),
      key: {
        organization: String(organization),
        type: String(type) as StreamKey["type"],
        name: String(name),
      },
      columns: JSON.parse(String(columns)) as [string, ColumnType][],
      bytes: Number(bytes),
    }));
  }

  /** Columns in the order of the table, which is that of their arrival. */
  async columnsOf(table: string): Promise<Map<string, ColumnType>> {
    const { rows } = await this.#run(
      this.writer,
      `SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '${table}' ORDER BY column_index`,
    );
    return new Map(rows.map(([name, type]) => [String(name), columnTypes.get(String(type)) ?? "Utf8"]));
  }

  /** Brings the tables up to date with the streams' columns and rows, in one transaction. */
  async apply(
    changes: readonly StreamChange[],
    dropped: readonly StreamState[],
    applied: number,
  ): Promise<void> {
    const before = changes.map(({ stream }) => new Map(stream.stored));
    await this.writer.run("BEGIN");
    try {
      for (const { table, id } of dropped) {
        await this.writer.run(`DROP TABLE IF EXISTS ${table}; DELETE FROM o2_streams WHERE id = ${id}`);
      }
      const changed: StreamChange[] = [];
      for (const change of changes) if (await this.#applyStream(change)) changed.push(change);
      await this.#note(changed);
      await this.writer.run(`UPDATE o2_log SET applied = ${applied}`);
      await this.writer.run("COMMIT");
    } catch (error) {
      changes.forEach(({ stream }, index) => (stream.stored = before[index] ?? stream.stored));
      await this.writer.run("ROLLBACK").catch(() => undefined);
      throw error;
    }
  }

  /** @returns whether there is something to note of the stream */
  async #applyStream({ stream, columns, batches }: StreamChange): Promise<boolean> {
    const altered = await this.#alter(stream, columns);
    if (batches.length > 0) await this.#appendBatches(stream, columns, batches);
    return altered || batches.length > 0;
  }

  /** What the next start reads: all rows at once, as a statement for each would take as long as making its table. */
  async #note(changes: readonly StreamChange[]): Promise<void> {
    if (changes.length === 0) return;
    const ids = changes.map(({ stream }) => stream.id).join(", ");
    await this.writer.run(`DELETE FROM o2_streams WHERE id IN (${ids})`);
    const appender = await this.writer.createAppender("o2_streams");
    for (const { stream, columns, bytes } of changes) {
      appender.appendInteger(stream.id);
      appender.appendVarchar(stream.key.organization);
      appender.appendVarchar(stream.key.type);
      appender.appendVarchar(stream.key.name);
      appender.appendVarchar(JSON.stringify(columns.map(({ name, type }) => [name, type])));
      appender.appendBigInt(BigInt(bytes));
      appender.endRow();
    }
    appender.closeSync();
  }

  async #appendBatches(
    stream: StreamState,
    columns: readonly Column[],
    batches: readonly Batch[],
  ): Promise<void> {
    const types = new Map(columns.map(({ name, type }) => [name, type]));
    // The table's own order: columns that came later stand at its end.
    const order = [...stream.stored.keys()].map((name) => ({ name, type: types.get(name) ?? "Utf8" }));
    const appender = await this.writer.createAppender(stream.table);
    const chunk = DuckDBDataChunk.create(
      order.map(({ type }) => vectorTypes[type]),
      vectorSize,
    );
    for (const batch of batches) {
      const byName = new Map(batch.columns.map((column) => [column.name, column.values]));
      for (let from = 0; from < batch.size; from += vectorSize) {
        const size = Math.min(batch.size - from, vectorSize);
        chunk.reset();
        chunk.rowCount = size;
        order.forEach(({ name, type }, index) => {
          chunk.setColumnValues(index, convertAll(byName.get(name), type, from, size));
        });
        appender.appendDataChunk(chunk);
        // The loop stays responsive to requests while many rows move.
        await new Promise(setImmediate);
      }
    }
    appender.closeSync();
  }

  /** @returns whether the table changed */
  async #alter(stream: StreamState, columns: readonly Column[]): Promise<boolean> {
    const wanted = new Map(columns.map(({ name, type }) => [name, type]));
    if (stream.stored.size === 0) {
      const list = columns.map(({ name, type }) => `${quoted(name)} ${sqlTypes[type]}`).join(", ");
      await this.writer.run(`CREATE TABLE ${stream.table} (${list})`);
      stream.stored = wanted;
      return true;
    }
    const changes: string[] = [];
    for (const [name, type] of wanted) {
      const current = stream.stored.get(name);
      if (current === undefined) changes.push(`ADD COLUMN ${quoted(name)} ${sqlTypes[type]}`);
      else if (current !== type) changes.push(`ALTER COLUMN ${quoted(name)} SET DATA TYPE ${sqlTypes[type]}`);
    }
    const gone = [...stream.stored.keys()].filter((name) => !wanted.has(name));
    for (const name of gone) changes.push(`DROP COLUMN ${quoted(name)}`);
    for (const change of changes) await this.writer.run(`ALTER TABLE ${stream.table} ${change}`);
    const kept = [...stream.stored.keys()].filter((name) => wanted.has(name));
    stream.stored = new Map([...kept, ...wanted.keys()].map((name) => [name, wanted.get(name) ?? "Utf8"]));
    return changes.length > 0;
  }

  /** Runs one statement on a reading connection. */
  async query(sql: string): Promise<Table> {
    const connection =
      this.#idle.pop() ?? (await new Promise<DuckDBConnection>((take) => this.#waiting.push(take)));
    try {
      return await this.#run(connection, sql);
    } finally {
      const next = this.#waiting.shift();
      if (next) next(connection);
      else this.#idle.push(connection);
    }
  }

  async #run(connection: DuckDBConnection, sql: string): Promise<Table> {
    const reader = await connection.runAndReadAll(sql);
    return { names: reader.deduplicatedColumnNames(), rows: reader.getRows() };
  }

  close(): void {
    for (const connection of this.#idle) connection.closeSync();
    this.writer.closeSync();
    this.instance.closeSync();
  }
}

function convertAll(
  values: readonly (Value | undefined)[] | undefined,
  type: ColumnType,
  from: number,
  size: number,
): Value[] {
  const converted = new Array<Value>(size).fill(null);
  if (values !== undefined) {
    for (let row = 0; row < size; row++) converted[row] = convert(values[from + row], type);
  }
  return converted;
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
