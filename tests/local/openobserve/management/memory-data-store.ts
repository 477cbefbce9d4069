import type { Column, DataStore, StreamKey, StreamStats } from "../../../../local/openobserve/data/store.js";

/** The columns of streams in memory, for tests that store no rows: it starts at once. */
export class MemoryDataStore implements DataStore {
  readonly #streams = new Map<string, { readonly key: StreamKey; columns: Column[] }>();

  columns(key: StreamKey): readonly Column[] | undefined {
    return this.#streams.get(idOf(key))?.columns;
  }

  streams(organization: string): readonly StreamKey[] {
    return [...this.#streams.values()]
      .map(({ key }) => key)
      .filter((key) => key.organization === organization);
  }

  async create(key: StreamKey, columns: readonly Column[]): Promise<void> {
    this.#streams.set(idOf(key), { key, columns: [...columns] });
  }

  async addColumns(key: StreamKey, columns: readonly Column[]): Promise<void> {
    this.#streams.get(idOf(key))?.columns.push(...columns);
  }

  async deleteColumns(key: StreamKey, names: readonly string[]): Promise<void> {
    const stream = this.#streams.get(idOf(key));
    if (stream) stream.columns = stream.columns.filter(({ name }) => !names.includes(name));
  }

  async append(): Promise<void> {
    throw new Error("this store keeps no rows");
  }

  async appendBatch(): Promise<void> {
    throw new Error("this store keeps no rows");
  }

  tableOf(): undefined {
    return undefined;
  }

  async query(): Promise<never> {
    throw new Error("this store keeps no rows");
  }

  async drop(key: StreamKey): Promise<void> {
    this.#streams.delete(idOf(key));
  }

  async stats(): Promise<StreamStats> {
    return { records: 0, oldest: 0, newest: 0, bytes: 0 };
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

const idOf = ({ organization, type, name }: StreamKey): string => `${organization}/${type}/${name}`;
