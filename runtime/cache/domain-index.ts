/** Which entries of a cache depend on which facts of the domain, both ways. */
export class DomainIndex {
  readonly #entries = new Map<string, Set<string>>();
  readonly #domains = new Map<string, readonly string[]>();

  /** Notes what an entry depends on, in place of what it did before. */
  set(entry: string, domains: readonly string[]): void {
    this.delete(entry);
    if (domains.length === 0) return;
    this.#domains.set(entry, domains);
    for (const domain of domains) {
      const entries = this.#entries.get(domain);
      if (entries === undefined) this.#entries.set(domain, new Set([entry]));
      else entries.add(entry);
    }
  }

  delete(entry: string): void {
    for (const domain of this.#domains.get(entry) ?? []) {
      const entries = this.#entries.get(domain);
      entries?.delete(entry);
      if (entries?.size === 0) this.#entries.delete(domain);
    }
    this.#domains.delete(entry);
  }

  entriesOf(domain: string): string[] {
    return [...(this.#entries.get(domain) ?? [])];
  }
}
