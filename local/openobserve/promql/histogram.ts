import { keyOf, type Labels, without } from "./labels.js";
import { type Element, type Vector } from "./value.js";

interface Bucket {
  readonly upper: number;
  count: number;
}

/** The quantile of each classic histogram among the buckets. */
export function histogramQuantile(q: number, vector: Vector): Vector {
  const groups = new Map<string, { labels: Labels; buckets: Bucket[] }>();
  for (const { labels, value } of vector) {
    const upper = boundOf(labels.le);
    if (upper === undefined) continue;
    const rest = without(labels, ["le", "__name__"]);
    const key = keyOf(rest);
    const group = groups.get(key) ?? { labels: rest, buckets: [] };
    groups.set(key, group);
    group.buckets.push({ upper, count: value });
  }
  return [...groups.values()].map(({ labels, buckets }): Element => ({
    labels,
    value: bucketQuantile(q, buckets),
  }));
}

/** `+Inf`, and the `inf` that some servers write, included. */
function boundOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^\+?inf(inity)?$/i.test(text)) return Infinity;
  const bound = Number(text);
  return Number.isNaN(bound) ? undefined : bound;
}

function bucketQuantile(q: number, unsorted: readonly Bucket[]): number {
  if (Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const buckets = monotonic(merged([...unsorted].sort((a, b) => a.upper - b.upper)));
  const highest = buckets.at(-1);
  if (highest?.upper !== Infinity || buckets.length < 2) return NaN;
  const observations = highest.count;
  if (observations === 0) return NaN;
  if (Number.isNaN(observations)) return NaN;
  let rank = q * observations;
  const found = buckets.slice(0, -1).findIndex(({ count }) => count >= rank);
  const index = found === -1 ? buckets.length - 1 : found;
  const bucket = buckets[index];
  const before = buckets[index - 1];
  if (bucket === undefined) return NaN;
  if (index === buckets.length - 1) return before?.upper ?? NaN;
  if (before === undefined) {
    if (bucket.upper <= 0) return bucket.upper;
    return bucket.upper * (rank / bucket.count);
  }
  rank -= before.count;
  return before.upper + (bucket.upper - before.upper) * (rank / (bucket.count - before.count));
}

/** Buckets of the same bound are one. */
function merged(buckets: readonly Bucket[]): Bucket[] {
  const result: Bucket[] = [];
  for (const { upper, count } of buckets) {
    const last = result.at(-1);
    if (last?.upper === upper) last.count += count;
    else result.push({ upper, count });
  }
  return result;
}

/** A bucket holds at least what a smaller one holds; scrapes that are torn apart break that. */
function monotonic(buckets: Bucket[]): Bucket[] {
  let highest = -Infinity;
  for (const bucket of buckets) {
    if (bucket.count > highest) highest = bucket.count;
    else if (bucket.count < highest) bucket.count = highest;
  }
  return buckets;
}
