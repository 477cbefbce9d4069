/**
 * What the management side of the server needs of the data side. The data side keeps the rows and the
 * columns; settings, pipelines, alerts and all other objects belong to the metadata store.
 */

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

export interface DataStore {
  /** Undefined when there is no such stream. `_timestamp` is always among them. */
  columns(key: StreamKey): readonly Column[] | undefined;
  streams(organization: string): readonly StreamKey[];
  create(key: StreamKey, columns: readonly Column[]): Promise<void>;
  addColumns(key: StreamKey, columns: readonly Column[]): Promise<void>;
  deleteColumns(key: StreamKey, names: readonly string[]): Promise<void>;
  /** Makes the stream and its columns where they are missing. Resolves when the rows survive a crash. */
  append(key: StreamKey, rows: readonly Row[]): Promise<void>;
  drop(key: StreamKey): Promise<void>;
  stats(key: StreamKey): Promise<StreamStats>;
  close(): Promise<void>;
}
