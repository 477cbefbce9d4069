/** The query cache against bare `@tanstack/query-core`: hits, misses, and many who ask for the same at once. */
import { QueryClient } from "@tanstack/query-core";
import { QueryCache } from "openobserve-cqrs/runtime/cache";

const keys = 1000;
const rounds = 30;

type Get = (n: number) => Promise<number>;

/** Microseconds an answer takes, in the best of all rounds. */
async function measure(prepare: () => void, work: () => Promise<number>): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    prepare();
    globalThis.gc?.();
    const started = performance.now();
    const answers = await work();
    best = Math.min(best, ((performance.now() - started) / answers) * 1000);
  }
  return best;
}

async function each(get: Get): Promise<number> {
  for (let n = 0; n < keys; n++) await get(n);
  return keys;
}

async function crowd(get: Get): Promise<number> {
  await Promise.all(Array.from({ length: keys }, () => get(0)));
  return keys;
}

async function measureAll(get: Get, clear: () => void) {
  const missMicros = await measure(clear, () => each(get));
  const hitMicros = await measure(
    () => undefined,
    () => each(get),
  );
  const crowdMicros = await measure(clear, () => crowd(get));
  return { missMicros, hitMicros, crowdMicros };
}

async function main(): Promise<void> {
  const client = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity, retry: false } } });
  const bare = await measureAll(
    (n) => client.query({ queryKey: ["order", n], queryFn: () => Promise.resolve(n), staleTime: 60_000 }),
    () => client.clear(),
  );
  const cache = new QueryCache({ maxEntries: 2 * keys });
  const ours = await measureAll(
    (n) =>
      cache.get({
        key: ["order", n],
        type: "GetOrder",
        domains: [`order:${n}`],
        fetch: () => Promise.resolve(n),
      }),
    () => cache.reset(),
  );
  console.log(
    JSON.stringify({
      bench: "cache",
      bare,
      ours,
      hitRatioToBare: bare.hitMicros / ours.hitMicros,
      missRatioToBare: bare.missMicros / ours.missMicros,
      crowdRatioToBare: bare.crowdMicros / ours.crowdMicros,
    }),
  );
}

void main();
