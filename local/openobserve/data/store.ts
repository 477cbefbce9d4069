/**
 * What the management side of the server needs of the data side. The data side keeps the rows and the
 * columns; settings, pipelines, alerts and all other objects belong to the metadata store.
 */

import { type Batch } from "./batch.js";

/** Stream types of the API; `metadata` holds what the server derives itself. */
export type StreamType = "logs" | "metrics" | "traces" | "metadata" | "enrichment_tables";

/** Column types as the API names them. */
export type ColumnType = "Utf8" | "Int64" | "UInt64" | "Float64" | "Boolean";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** `name` is the rewritten name (see `rewriteStreamName` in the contract). */
export interface StreamKey {
  readonly organization: string;
  readonly type: StreamType;
  readonly name: string;
}

export type Value = string | number | bigint | boolean | null;
export type Row = Readonly<Record<string, Value>>;

export interface StreamStats {
  readonly records: number;
  /** Microseconds; 0 when the stream is empty. */
  readonly oldest: number;
  readonly newest: number;
  readonly bytes: number;
}

/** A result of SQL: 64-bit integers are bigints, dates and the like objects of the database's driver. */
export interface Table {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export interface DataStore {
  /** Undefined when there is no such stream. `_timestamp` is always among them. */
  columns(key: StreamKey): readonly Column[] | undefined;
  streams(organization: string): readonly StreamKey[];
  create(key: StreamKey, columns: readonly Column[]): Promise<void>;
  addColumns(key: StreamKey, columns: readonly Column[]): Promise<void>;
  deleteColumns(key: StreamKey, names: readonly string[]): Promise<void>;
  /** Makes the stream and its columns where they are missing. Resolves when the rows survive a crash. */
  append(key: StreamKey, rows: readonly Row[]): Promise<void>;
  /** As `append`, for rows that are columns already. */
  appendBatch(key: StreamKey, batch: Batch): Promise<void>;
  /** Name of the table that holds the stream's rows, for `query`. */
  tableOf(key: StreamKey): string | undefined;
  /** Runs SQL over the tables; it sees every row whose append was called before. */
  query(sql: string): Promise<Table>;
  drop(key: StreamKey): Promise<void>;
  stats(key: StreamKey): Promise<StreamStats>;
  close(): Promise<void>;
}
