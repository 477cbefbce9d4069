import { CancelledError, hashKey, QueryClient, type QueryKey } from "@tanstack/query-core";
import { LRUCache } from "lru-cache";
import { orAborted } from "../context/abort.js";
import { type CacheUse } from "../context/operation.js";
import { currentOperation } from "../context/scope.js";
import { withRetries } from "../retry/retry.js";
import { DomainIndex } from "./domain-index.js";
import { RefreshTimers } from "./refresh-timers.js";

export interface QueryCacheOptions {
  /** Answers kept at most; beyond, the least recently used goes. Default 1000. */
  readonly maxEntries?: number;
  /** Milliseconds for which an answer is fresh. Default 30 000. */
  readonly staleTimeMs?: number;
  /** Milliseconds after which an answer that no one asked for is forgotten; 0 means it is never kept. Default 300 000. */
  readonly cacheTimeMs?: number;
  /** Tries after the first failed fetch. Default 2. */
  readonly retries?: number;
  /** Bound of the first delay between tries, in milliseconds. Default 50. */
  readonly retryBaseMs?: number;
  /** Told when background refreshes are scheduled and cleared: `metrics.refreshesChanged`. */
  readonly onRefreshesChanged?: (type: string, delta: 1 | -1) => void;
  /** Told when an answer could not be refreshed in the background; the old one stays until it expires. */
  readonly onRefreshFailed?: (type: string, key: string, error: unknown) => void;
}

/** A query as the cache sees it. */
export interface CachedQuery<Result> {
  /** What tells answers apart: the query's class and its parameters. */
  readonly key: QueryKey;
  /** Class of the query, for metrics. */
  readonly type: string;
  /** Gets the answer; the signal is aborted when no one waits for it any more. */
  readonly fetch: (signal: AbortSignal) => Promise<Result>;
  /** Facts that the answer depends on, such as `order:42`; invalidating one of them forgets the answer. */
  readonly domains?: readonly string[];
  readonly staleTimeMs?: number;
  readonly cacheTimeMs?: number;
  /** Milliseconds between refreshes in the background, from the first answer until it is forgotten. */
  readonly refreshEveryMs?: number;
  /** Ends this caller's waiting; the fetch goes on while others wait. Default: the operation's signal. */
  readonly signal?: AbortSignal | undefined;
}

/** What the cache did since it was made, and what it holds. */
export interface CacheStats {
  readonly entries: number;
  readonly inFlight: number;
  readonly refreshTimers: number;
  readonly hits: number;
  readonly staleHits: number;
  readonly misses: number;
  /** Misses that joined a fetch under way. */
  readonly deduplicated: number;
  readonly refreshes: number;
  readonly failedRefreshes: number;
}

type Counts = {
  -readonly [Name in keyof Omit<CacheStats, "entries" | "inFlight" | "refreshTimers">]: number;
};

interface Waiters {
  count: number;
}

/**
 * A cache of query answers on the server.
 *
 * - A fresh answer is returned; a stale one is returned too, and refreshed in the background; a missing one is fetched,
 *   once for all who ask for it meanwhile.
 * - Invalidation is by facts of the domain or by type, independent of the key, and forgets: who asks next, or is just
 *   waiting, gets an answer from after the invalidation.
 * - `cacheTimeMs: 0` disables all of it: every call fetches.
 * - What is kept is bounded in number and time.
 *
 * Whether the answer came from the cache is noted on the operation under way, from where it gets into its log record,
 * span and metrics.
 */
export class QueryCache {
  readonly #client: QueryClient;
  readonly #kept: LRUCache<string, true>;
  readonly #domains = new DomainIndex();
  readonly #timers: RefreshTimers;
  readonly #waiters = new Map<string, Waiters>();
  readonly #counts: Counts = {
    hits: 0,
    staleHits: 0,
    misses: 0,
    deduplicated: 0,
    refreshes: 0,
    failedRefreshes: 0,
  };

  constructor(readonly options: QueryCacheOptions = {}) {
    this.#client = new QueryClient({
      // Time and number are bounded here, retries are p-retry's, and a server is never offline.
      defaultOptions: {
        queries: { gcTime: Infinity, retry: false, networkMode: "always", structuralSharing: false },
      },
    });
    this.#kept = new LRUCache({
      max: options.maxEntries ?? 1000,
      noDisposeOnSet: true,
      // Without a timer of its own, and on whatever clock is the process's at the moment.
      ttlResolution: 0,
      perf: { now: () => performance.now() },
      dispose: (_, hash) => this.#forget(hash),
    });
    this.#timers = new RefreshTimers(options.onRefreshesChanged ?? (() => undefined));
  }

  /**
   * The answer to a query, from the cache if it has one.
   * @throws what `fetch` threw at its last try, or the signal's reason
   */
  async get<Result>(query: CachedQuery<Result>): Promise<Result> {
    const cacheTimeMs = query.cacheTimeMs ?? this.options.cacheTimeMs ?? 300_000;
    const signal = query.signal ?? currentOperation()?.signal;
    const key = hashKey(query.key);
    if (cacheTimeMs === 0) {
      note({ key, hit: false, stale: false });
      this.#counts.misses++;
      return this.#fetch(query, signal ?? new AbortController().signal);
    }
    const cached =
      this.#kept.get(key, { updateAgeOnGet: true }) && this.#client.getQueryCache().get<Result>(key);
    if (cached?.state.data === undefined) {
      note({ key, hit: false, stale: false });
      this.#counts.misses++;
      if (cached === undefined && this.#waiters.has(key)) this.#counts.deduplicated++;
      return this.#load(query, key, cacheTimeMs, signal);
    }
    const stale = cached.isStaleByTime(query.staleTimeMs ?? this.options.staleTimeMs ?? 30_000);
    note({ key, hit: true, stale });
    this.#counts[stale ? "staleHits" : "hits"]++;
    if (stale) this.#refresh(query, key, cacheTimeMs);
    return cached.state.data;
  }

  /** Forgets the answers that depend on facts of the domain. */
  invalidate(...domains: readonly string[]): void {
    for (const domain of domains) for (const key of this.#domains.entriesOf(domain)) this.#drop(key);
  }

  /** Forgets the answers to queries of a class. */
  invalidateType(type: string): void {
    // Of what query-core knows, not of what is kept: a fetch under way is overtaken as well.
    for (const { queryHash, meta } of this.#client.getQueryCache().getAll())
      if (meta?.type === type) this.#drop(queryHash);
  }

  /** Forgets everything; the cache can be used on. */
  reset(): void {
    this.#kept.clear();
    for (const { queryHash } of this.#client.getQueryCache().getAll()) this.#forget(queryHash);
    this.#timers.clearAll();
  }

  /** Forgets everything and stops every timer; for the end of the process. */
  destroy(): void {
    this.reset();
    this.#client.clear();
  }

  get stats(): CacheStats {
    return {
      ...this.#counts,
      entries: this.#kept.size,
      inFlight: this.#client.isFetching(),
      refreshTimers: this.#timers.size,
    };
  }

  /** Fetches an answer that is not there, together with whoever else waits for it. */
  async #load<Result>(
    query: CachedQuery<Result>,
    key: string,
    cacheTimeMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    for (;;) {
      try {
        return await this.#waitFor(key, this.#start(query, key, cacheTimeMs), signal);
      } catch (error) {
        signal?.throwIfAborted();
        // An invalidation overtook the fetch: what it would have brought is old already.
        if (!(error instanceof CancelledError)) throw error;
      }
    }
  }

  async #waitFor<Result>(
    key: string,
    fetching: Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const waiters = this.#waiters.get(key) ?? { count: 0 };
    this.#waiters.set(key, waiters);
    waiters.count++;
    try {
      return await (signal === undefined ? fetching : orAborted(fetching, signal));
    } finally {
      if (--waiters.count === 0) {
        this.#waiters.delete(key);
        if (signal?.aborted === true) this.#forget(key);
      }
    }
  }

  #refresh<Result>(query: CachedQuery<Result>, key: string, cacheTimeMs: number): void {
    if (this.#client.getQueryCache().get(key)?.state.fetchStatus === "fetching") return;
    this.#counts.refreshes++;
    this.#start(query, key, cacheTimeMs).catch((error: unknown) => {
      if (error instanceof CancelledError) return;
      this.#counts.failedRefreshes++;
      this.options.onRefreshFailed?.(query.type, key, error);
    });
  }

  /** Starts a fetch, or joins the one under way, and keeps its answer. */
  async #start<Result>(query: CachedQuery<Result>, key: string, cacheTimeMs: number): Promise<Result> {
    this.#domains.set(key, query.domains ?? []);
    const result = await this.#client
      .query<Result>({
        queryKey: query.key,
        queryFn: ({ signal }) => this.#fetch(query, signal),
        staleTime: 0,
        meta: { type: query.type },
      })
      .catch((error: unknown) => {
        this.#forgetFailed(key);
        throw error;
      });
    // A refresh does not prolong an entry's life, or one that no one asks for would be refreshed for ever.
    this.#kept.set(key, true, { ttl: cacheTimeMs, noUpdateTTL: this.#kept.has(key) });
    if (query.refreshEveryMs !== undefined)
      this.#timers.start(key, query.type, query.refreshEveryMs, () =>
        this.#refreshKept(query, key, cacheTimeMs),
      );
    return result;
  }

  /** A refresh by timer; when the answer has expired meanwhile, the timer ends with it. */
  #refreshKept<Result>(query: CachedQuery<Result>, key: string, cacheTimeMs: number): void {
    if (this.#kept.has(key)) this.#refresh(query, key, cacheTimeMs);
    else this.#forget(key);
  }

  #fetch<Result>(query: CachedQuery<Result>, signal: AbortSignal): Promise<Result> {
    const { retries = 2, retryBaseMs = 50 } = this.options;
    return withRetries(() => query.fetch(signal), { retries, baseMs: retryBaseMs, maxMs: 2000, signal });
  }

  /** What failed and is not kept would never be removed; unless someone has begun to fetch it again already. */
  #forgetFailed(key: string): void {
    const fetching = this.#client.getQueryCache().get(key)?.state.fetchStatus === "fetching";
    if (!fetching && !this.#kept.has(key)) this.#forget(key);
  }

  #drop(key: string): void {
    this.#kept.delete(key);
    this.#forget(key);
  }

  /** Removes what belongs to a key; a fetch under way is cancelled. */
  #forget(key: string): void {
    this.#timers.clear(key);
    this.#domains.delete(key);
    const cache = this.#client.getQueryCache();
    const query = cache.get(key);
    if (query !== undefined) cache.remove(query);
  }
}

function note(use: CacheUse): void {
  const operation = currentOperation();
  if (operation !== undefined) operation.cache = use;
}
