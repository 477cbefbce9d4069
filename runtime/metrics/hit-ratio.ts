interface Minute {
  readonly minute: number;
  queries: number;
  hits: number;
}

/** The share of queries that the cache answered over the last minutes, by type. */
export class HitRatio {
  readonly #types = new Map<string, Minute[]>();

  /** @param minutes length of the window; default 5 */
  constructor(
    readonly minutes = 5,
    readonly now: () => number = Date.now,
  ) {}

  add(type: string, hit: boolean): void {
    const minute = Math.floor(this.now() / 60_000);
    let window = this.#types.get(type);
    if (window === undefined) this.#types.set(type, (window = []));
    let current = window.at(-1);
    if (current?.minute !== minute) {
      window.push((current = { minute, queries: 0, hits: 0 }));
      // Where no one reads the ratios, or the clock was set back, nothing else would end a minute.
      if (window.length > this.minutes) window.shift();
    }
    current.queries++;
    if (hit) current.hits++;
  }

  /** The ratios, 0 to 1; a type without queries in the window has none. */
  *ratios(): Generator<{ readonly type: string; readonly ratio: number }> {
    const oldest = Math.floor(this.now() / 60_000) - this.minutes;
    for (const [type, window] of this.#types) {
      while (window[0] !== undefined && window[0].minute <= oldest) window.shift();
      const queries = window.reduce((sum, minute) => sum + minute.queries, 0);
      const hits = window.reduce((sum, minute) => sum + minute.hits, 0);
      if (queries > 0) yield { type, ratio: hits / queries };
    }
  }
}
