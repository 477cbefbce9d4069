import {
  type CachedQuery,
  type CacheStats,
  QueryCache,
  type QueryCacheOptions,
} from "openobserve-cqrs/runtime/cache";
import { currentScope, type Operation, runInScope } from "openobserve-cqrs/runtime/context";
import { getEventListeners } from "node:events";
import { QueryCache as KnownQueries } from "@tanstack/query-core";

const caches: QueryCache[] = [];

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick", "queueMicrotask"] });
  jest.advanceTimersByTime(1); // A monotonic clock at zero is one that was never read.
});

afterEach(() => {
  for (const cache of caches.splice(0)) cache.destroy();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

function cacheOf(options: QueryCacheOptions = {}): QueryCache {
  const cache = new QueryCache({ staleTimeMs: 1000, cacheTimeMs: 10_000, retries: 0, ...options });
  caches.push(cache);
  return cache;
}

/** A query whose answers are 1, 2, 3 and so on. */
function counting(
  options: Partial<CachedQuery<number>> = {},
): CachedQuery<number> & { readonly calls: () => number } {
  let calls = 0;
  return { key: ["count"], type: "Count", fetch: async () => ++calls, ...options, calls: () => calls };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const later = async (ms: number) => {
  jest.advanceTimersByTime(ms);
  await settled();
};
const stats = (cache: QueryCache): Partial<CacheStats> => cache.stats;

test("answers from the cache while the answer is fresh", async () => {
  const cache = cacheOf();
  const query = counting();
  expect([await cache.get(query), await cache.get(query)]).toEqual([1, 1]);
  expect(stats(cache)).toMatchObject({ hits: 1, misses: 1, entries: 1 });
});

test("answers with the stale value at once, and refreshes it in the background", async () => {
  const cache = cacheOf();
  const query = counting();
  await cache.get(query);
  await later(1500);
  expect(await cache.get(query)).toBe(1);
  await settled();
  expect(await cache.get(query)).toBe(2);
  expect(stats(cache)).toMatchObject({ staleHits: 1, hits: 1, refreshes: 1 });
});

test("fetches once for all who ask meanwhile", async () => {
  const cache = cacheOf();
  const query = counting();
  expect(await Promise.all([cache.get(query), cache.get(query), cache.get(query)])).toEqual([1, 1, 1]);
  expect(stats(cache)).toMatchObject({ misses: 3, deduplicated: 2 });
});

test("keeps nothing and shares nothing when the cache time is zero", async () => {
  const cache = cacheOf();
  const query = counting({ cacheTimeMs: 0 });
  expect(await Promise.all([cache.get(query), cache.get(query)])).toEqual([1, 2]);
  expect(await cache.get(query)).toBe(3);
  expect(stats(cache)).toMatchObject({ entries: 0, hits: 0, misses: 3 });
  expect(await cacheOf({ cacheTimeMs: 0 }).get(counting())).toBe(1);
});

test("forgets an answer that no one asked for during the cache time", async () => {
  const cache = cacheOf();
  const query = counting();
  await cache.get(query);
  await later(9000);
  await cache.get(query); // Asked for: it lives on.
  await later(9000);
  expect(await cache.get(query)).toBe(2);
  await later(10_001);
  expect(await cache.get(query)).toBe(3);
});

test("forgets the least recently used answer when it is full", async () => {
  const cache = cacheOf({ maxEntries: 2 });
  const [a, b, c] = ["a", "b", "c"].map((key) => counting({ key: [key] }));
  for (const query of [a!, b!, a!, c!]) await cache.get(query);
  expect(await cache.get(a!)).toBe(1);
  expect(await cache.get(b!)).toBe(2);
  expect(cache.stats.entries).toBe(2);
});

test("invalidates by facts of the domain, whatever the keys are, and by type", async () => {
  const cache = cacheOf();
  const order = counting({ key: ["GetOrder", 7], domains: ["order:7"] });
  const list = counting({ key: ["anything", { x: 1 }], type: "List", domains: ["order:7", "customer:1"] });
  const other = counting({ key: ["GetOrder", 8], domains: ["order:8"] });
  for (const query of [order, list, other]) await cache.get(query);
  cache.invalidate("order:7");
  expect([await cache.get(order), await cache.get(list), await cache.get(other)]).toEqual([2, 2, 1]);
  cache.invalidateType("List");
  expect([await cache.get(order), await cache.get(list)]).toEqual([2, 3]);
});

test("whoever waits while an invalidation overtakes the fetch gets an answer from after it", async () => {
  const cache = cacheOf();
  const answers: ((value: string) => void)[] = [];
  const query: CachedQuery<string> = {
    key: ["slow"],
    type: "Slow",
    domains: ["order:7"],
    fetch: () => new Promise((resolve) => answers.push(resolve)),
  };
  const waiting = cache.get(query);
  await settled();
  cache.invalidate("order:7");
  await settled();
  answers[0]!("from before");
  answers[1]!("from after");
  expect(await waiting).toBe("from after");
});

test("tries a failed fetch again, and passes on what the last try threw", async () => {
  jest.useRealTimers();
  const cache = cacheOf({ retries: 2, retryBaseMs: 1 });
  const fetch = jest.fn().mockRejectedValueOnce(new TypeError("once")).mockResolvedValue("ok");
  expect(await cache.get({ key: ["x"], type: "X", fetch })).toBe("ok");
  const broken = jest.fn().mockRejectedValue(new Error("always"));
  await expect(cache.get({ key: ["y"], type: "Y", fetch: broken })).rejects.toThrow("always");
  expect(broken).toHaveBeenCalledTimes(3);
  expect(cache.stats.entries).toBe(1);
  jest.useFakeTimers();
});

test("a caller who leaves does not end the fetch while others wait; the last one does", async () => {
  const cache = cacheOf();
  let signal: AbortSignal | undefined;
  const query: CachedQuery<string> = {
    key: ["long"],
    type: "Long",
    fetch: (given) => {
      signal = given;
      return new Promise(() => undefined);
    },
  };
  const [first, second] = [new AbortController(), new AbortController()];
  const a = cache.get({ ...query, signal: first.signal });
  const b = cache.get({ ...query, signal: second.signal });
  await settled();
  first.abort(new Error("first left"));
  await expect(a).rejects.toThrow("first left");
  expect(signal!.aborted).toBe(false);
  second.abort(new Error("second left"));
  await expect(b).rejects.toThrow("second left");
  expect(signal!.aborted).toBe(true);
});

describe("refreshing by timer", () => {
  test("goes on from the first answer until it is invalidated, and is counted", async () => {
    const changes: number[] = [];
    const cache = cacheOf({ onRefreshesChanged: (_, delta) => changes.push(delta) });
    const query = counting({ refreshEveryMs: 400, domains: ["order:7"] });
    await cache.get(query);
    await later(400);
    await later(400);
    expect(query.calls()).toBe(3);
    expect(cache.stats.refreshTimers).toBe(1);
    cache.invalidate("order:7");
    await later(4000);
    expect(query.calls()).toBe(3);
    expect(changes).toEqual([1, -1]);
  });

  test.each(["reset", "destroy"] as const)("ends with %s", async (end) => {
    const cache = cacheOf();
    await cache.get(counting({ refreshEveryMs: 400 }));
    cache[end]();
    expect(jest.getTimerCount()).toBe(0);
    expect(stats(cache)).toMatchObject({ entries: 0, refreshTimers: 0, inFlight: 0 });
  });

  test("ends when no one asks for the answer any more", async () => {
    const cache = cacheOf({ cacheTimeMs: 1000 });
    const query = counting({ refreshEveryMs: 400 });
    await cache.get(query);
    for (let n = 0; n < 10; n++) await later(400);
    expect(query.calls()).toBeLessThan(5);
    expect(cache.stats.refreshTimers).toBe(0);
  });

  test("that fails is told of, and the old answer stays", async () => {
    const failures: unknown[] = [];
    const cache = cacheOf({
      onRefreshFailed: (type, key, error) => failures.push([type, key, String(error)]),
    });
    const fetch = jest.fn().mockResolvedValueOnce("old").mockRejectedValue(new Error("down"));
    await cache.get({ key: ["x"], type: "X", fetch, refreshEveryMs: 400 });
    await later(400);
    await settled();
    expect(failures).toEqual([["X", '["x"]', "Error: down"]]);
    expect(await cache.get({ key: ["x"], type: "X", fetch })).toBe("old");
  });
});

test("notes on the operation under way what it did for it", async () => {
  const cache = cacheOf();
  const operation = { kind: "query", type: "Count", cache: undefined } as unknown as Operation;
  await runInScope({ request: { requestId: "r" }, operation }, () => cache.get(counting()));
  expect(operation.cache).toEqual({ key: '["count"]', hit: false, stale: false });
  await runInScope({ request: { requestId: "r" }, operation }, () => cache.get(counting()));
  expect(operation.cache).toEqual({ key: '["count"]', hit: true, stale: false });
});

describe("in a process that runs for days", () => {
  /** Every query that query-core knows of, in any cache. */
  function known(): () => number {
    const caches = new Set<KnownQueries>();
    const build = KnownQueries.prototype.build;
    const spy = jest.spyOn(KnownQueries.prototype, "build").mockImplementation(function (
      this: KnownQueries,
      ...args: unknown[]
    ) {
      caches.add(this);
      return (build as (...args: unknown[]) => never).apply(this, args);
    });
    return () => {
      spy.mockRestore();
      return [...caches].reduce((sum, cache) => sum + cache.getAll().length, 0);
    };
  }

  test("queries that fail leave nothing behind", async () => {
    const cache = cacheOf();
    const count = known();
    const fetch = jest.fn().mockRejectedValue(new Error("no such order"));
    for (let n = 0; n < 50; n++) {
      const query = { key: ["GetOrder", n], type: "GetOrder", domains: [`order:${n}`], fetch };
      const both = await Promise.allSettled([cache.get(query), cache.get(query)]);
      expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    }
    expect(fetch).toHaveBeenCalledTimes(50);
    expect(count()).toBe(0);
    expect(stats(cache)).toMatchObject({ entries: 0, inFlight: 0 });
  });

  test("a failed query that is asked again at once does not end the new try", async () => {
    const cache = cacheOf();
    const fetch = jest.fn().mockRejectedValueOnce(new Error("down")).mockResolvedValue("up");
    const query = { key: ["x"], type: "X", fetch };
    const first = cache.get(query).catch(() => cache.get(query));
    await expect(cache.get(query)).rejects.toThrow("down");
    expect(await first).toBe("up");
    expect(await cache.get(query)).toBe("up");
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test("keys that come and go are held in number, with their timers", async () => {
    const cache = cacheOf({ maxEntries: 10 });
    const count = known();
    for (let n = 0; n < 200; n++) await cache.get(counting({ key: [n], refreshEveryMs: 5000 }));
    expect(count()).toBe(10);
    expect(stats(cache)).toMatchObject({ entries: 10, refreshTimers: 10 });
    expect(jest.getTimerCount()).toBe(10);
  });

  test("a signal that lives as long as the process keeps nothing of the queries it was given to", async () => {
    const cache = cacheOf();
    const { signal } = new AbortController();
    for (let n = 0; n < 50; n++) await cache.get(counting({ key: [n], signal }));
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("a refresh by timer is not the work of the request that happened to come first", async () => {
    jest.useRealTimers();
    const cache = cacheOf();
    const requests: (string | undefined)[] = [];
    const request = (requestId: string) => ({ request: { requestId } });
    await new Promise<void>((resolve) => {
      const query: CachedQuery<number> = {
        key: ["list"],
        type: "List",
        refreshEveryMs: 1,
        fetch: async () => {
          if (requests.push(currentScope()?.request.requestId) === 3) resolve();
          return requests.length;
        },
      };
      void runInScope(request("first"), () => cache.get(query));
    });
    cache.destroy();
    expect(requests).toEqual(["first", undefined, undefined]);
    jest.useFakeTimers();
  });
});

test("an invalidation by type overtakes a fetch as well", async () => {
  const cache = cacheOf();
  const answers: ((value: string) => void)[] = [];
  const query: CachedQuery<string> = {
    key: ["slow"],
    type: "Slow",
    fetch: () => new Promise((resolve) => answers.push(resolve)),
  };
  const waiting = cache.get(query);
  await settled();
  cache.invalidateType("Slow");
  await settled();
  answers[0]!("from before");
  answers[1]?.("from after");
  expect(await waiting).toBe("from after");
});
