import type { Change, Journal } from "./journal.js";

/**
 * The records of one kind in all organisations, by organisation and key, in the order of their creation.
 * Reads are from memory; a write is visible at once and resolves when it is on the disk.
 */
export class Collection<T> {
  constructor(
    private readonly name: string,
    private readonly journal: Journal,
    private readonly records: Map<string, Map<string, unknown>>,
  ) {}

  get(organization: string, key: string): T | undefined {
    return this.#of(organization)?.get(key) as T | undefined;
  }

  list(organization: string): readonly T[] {
    return [...(this.#of(organization)?.values() ?? [])] as T[];
  }

  entries(organization: string): readonly (readonly [string, T])[] {
    return [...(this.#of(organization) ?? [])] as [string, T][];
  }

  put(organization: string, key: string, value: T): Promise<void> {
    return this.journal.append([this.change(organization, key, value)]);
  }

  delete(organization: string, key: string): Promise<void> {
    return this.journal.append([this.change(organization, key)]);
  }

  /** A change to be written together with others by `Metadata.write`. */
  change(organization: string, key: string, value?: T): Change {
    return { collection: this.#path(organization), key, ...(value !== undefined && { value }) };
  }

  #path(organization: string): string {
    return `${this.name}/${organization}`;
  }

  #of(organization: string): Map<string, unknown> | undefined {
    return this.records.get(this.#path(organization));
  }
}
