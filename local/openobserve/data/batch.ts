import { columnTypeOf, widen } from "./columns.js";
import { type Column, type ColumnType, type Row, type StreamKey, type Value } from "./store.js";

export interface BatchColumn {
  readonly name: string;
  /** Widest type among the values; the values themselves stay as they came. */
  readonly type: ColumnType;
  readonly values: readonly (Value | undefined)[];
}

/** Records of one stream, column by column, or columns without records: what the log writes and the database appends. */
export interface Batch {
  readonly size: number;
  readonly columns: readonly BatchColumn[];
}

interface OpenColumn {
  readonly name: string;
  type: ColumnType | undefined;
  readonly values: (Value | undefined)[];
}

/**
 * Turns records into columns.
 * @param types columns whose type is known beforehand, whatever their values look like
 */
export class BatchBuilder {
  readonly #columns = new Map<string, OpenColumn>();
  #size = 0;

  constructor(private readonly types: Readonly<Record<string, ColumnType>> = {}) {}

  get size(): number {
    return this.#size;
  }

  add(row: Row): void {
    for (const name in row) {
      const value = row[name] ?? null;
      let column = this.#columns.get(name);
      if (column === undefined) {
        column = { name, type: this.types[name], values: [] };
        this.#columns.set(name, column);
      }
      // A sparse array would be slow to read back: gaps are filled as they arise.
      while (column.values.length < this.#size) column.values.push(null);
      column.values.push(value);
      if (value !== null && column.type !== "Utf8") {
        const type = columnTypeOf(value);
        if (type !== undefined) column.type = column.type === undefined ? type : widen(column.type, type);
      }
    }
    this.#size++;
  }

  /** Columns that held nothing but null are left out, as the server infers no type for them. */
  build(): Batch {
    const columns: BatchColumn[] = [];
    for (const { name, type, values } of this.#columns.values()) {
      if (type !== undefined) columns.push({ name, type, values });
    }
    return { size: this.#size, columns };
  }
}

export function batchOf(rows: readonly Row[], types?: Readonly<Record<string, ColumnType>>): Batch {
  const builder = new BatchBuilder(types);
  for (const row of rows) builder.add(row);
  return builder.build();
}

/** Columns that a stream is to have before it has records. */
export const declaration = (columns: readonly Column[]): Batch => ({
  size: 0,
  columns: columns.map(({ name, type }) => ({ name, type, values: [] })),
});

type EncodedBatch = [string, string, string, number, [string, ColumnType, unknown[]][]];

/** JSON has neither 64-bit integers nor infinities; both travel as text and come back by the column's type. */
function encodeValues({ type, values }: BatchColumn): readonly unknown[] {
  if (type === "Utf8" || type === "Boolean") {
    return values.some((value) => typeof value === "bigint") ? values.map(textOfBigint) : values;
  }
  const plain = values.every(
    (value) => typeof value !== "bigint" && (typeof value !== "number" || Number.isFinite(value)),
  );
  return plain ? values : values.map((value) => (isPlain(value) ? value : String(value)));
}

const textOfBigint = (value: Value | undefined) => (typeof value === "bigint" ? value.toString() : value);
const isPlain = (value: Value | undefined) =>
  value === null || value === undefined || (typeof value === "number" && Number.isFinite(value));

export function encodeBatch(key: StreamKey, batch: Batch): string {
  const encoded: EncodedBatch = [
    key.organization,
    key.type,
    key.name,
    batch.size,
    batch.columns.map((column) => [column.name, column.type, encodeValues(column) as unknown[]]),
  ];
  return JSON.stringify(encoded);
}

export function decodeBatch(text: string): { key: StreamKey; batch: Batch } {
  const [organization, type, name, size, columns] = JSON.parse(text) as EncodedBatch;
  return {
    key: { organization, type: type as StreamKey["type"], name },
    batch: {
      size,
      columns: columns.map(([column, columnType, values]) => ({
        name: column,
        type: columnType,
        values: values as Value[],
      })),
    },
  };
}
