import { AsyncLocalStorage } from "node:async_hooks";

/** Background refreshes: at most one timer a query key, none of which keeps the process alive. */
export class RefreshTimers {
  readonly #timers = new Map<string, { readonly timer: NodeJS.Timeout; readonly type: string }>();
  /** What a timer does belongs to no request, and must not keep the one that set it in memory. */
  readonly #outside = AsyncLocalStorage.snapshot();

  /** @param onChange told of every timer that is set (1) or cleared (-1) */
  constructor(readonly onChange: (type: string, delta: 1 | -1) => void) {}

  /** Sets a key's timer, unless it has one. */
  start(key: string, type: string, everyMs: number, refresh: () => void): void {
    if (this.#timers.has(key)) return;
    this.#timers.set(key, { timer: this.#outside(() => setInterval(refresh, everyMs).unref()), type });
    this.onChange(type, 1);
  }

  clear(key: string): void {
    const found = this.#timers.get(key);
    if (found === undefined) return;
    clearInterval(found.timer);
    this.#timers.delete(key);
    this.onChange(found.type, -1);
  }

  clearAll(): void {
    for (const key of [...this.#timers.keys()]) this.clear(key);
  }

  get size(): number {
    return this.#timers.size;
  }
}
