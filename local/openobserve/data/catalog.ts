import { widen } from "./columns.js";
import { type Batch } from "./batch.js";
import { type Column, type ColumnType, type StreamKey } from "./store.js";

export const timestampColumn = "_timestamp";

/** One stream as the store knows it between its table's columns in the database and the rows that wait. */
export class StreamState {
  /** Columns that the table already has; empty before the table exists. */
  stored = new Map<string, ColumnType>();
  readonly pending: Batch[] = [];
  /** Size of what was ingested, uncompressed. */
  bytes = 0;
  /** Whether columns or rows wait for the table. */
  changed = true;
  #columns: Map<string, ColumnType>;

  constructor(
    readonly key: StreamKey,
    /** Never used again after a drop, so that a stream of the same name begins anew. */
    readonly id: number,
    columns: Iterable<readonly [string, ColumnType]>,
  ) {
    this.#columns = new Map(columns);
    if (!this.#columns.has(timestampColumn)) this.#columns.set(timestampColumn, "Int64");
  }

  get table(): string {
    return `s${this.id}`;
  }

  get columns(): readonly Column[] {
    return [...this.#columns].map(([name, type]) => ({ name, type }));
  }

  typeOf(name: string): ColumnType | undefined {
    return this.#columns.get(name);
  }

  /** Takes new columns at the end, in the order given, and leaves those there are. */
  addColumns(columns: readonly Column[]): void {
    for (const { name, type } of columns) if (!this.#columns.has(name)) this.#columns.set(name, type);
    this.changed = true;
  }

  deleteColumns(names: readonly string[]): void {
    for (const name of names) if (name !== timestampColumn) this.#columns.delete(name);
    this.changed = true;
  }

  /** Widens and extends the columns as ingest does; where it adds any, all are sorted by name. */
  merge(batch: Batch): void {
    let added = false;
    for (const { name, type } of batch.columns) {
      const current = this.#columns.get(name);
      const wanted = current === undefined ? type : widen(current, type);
      if (wanted === current) continue;
      added ||= current === undefined;
      this.#columns.set(name, wanted);
      this.changed = true;
    }
    if (added) this.#columns = new Map([...this.#columns].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** Streams by organization, type and name. */
export class Catalog {
  readonly #streams = new Map<string, StreamState>();

  get(key: StreamKey): StreamState | undefined {
    return this.#streams.get(idOf(key));
  }

  set(state: StreamState): void {
    this.#streams.set(idOf(state.key), state);
  }

  delete(key: StreamKey): void {
    this.#streams.delete(idOf(key));
  }

  of(organization: string): StreamState[] {
    return [...this.#streams.values()].filter(({ key }) => key.organization === organization);
  }

  all(): Iterable<StreamState> {
    return this.#streams.values();
  }
}

const idOf = ({ organization, type, name }: StreamKey) => `${organization}/${type}/${name}`;
