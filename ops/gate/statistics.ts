import { errorFunction, gammaln, wilcoxonRankSum } from "simple-statistics";

/** So many of so many. */
export interface Share {
  readonly part: number;
  readonly whole: number;
}

export const ratioOf = ({ part, whole }: Share): number => (whole === 0 ? 0 : part / whole);

/**
 * Mann-Whitney U test, one-sided: the probability of values as large as the candidate's if both samples came from
 * one distribution. Normal approximation with corrections for ties and continuity, good from about 20 values a side.
 * @throws Error when a sample is empty
 */
export function mannWhitney(candidate: readonly number[], reference: readonly number[]): number {
  const [n, m] = [candidate.length, reference.length];
  const u = wilcoxonRankSum([...candidate], [...reference]) - (n * (n + 1)) / 2;
  const all = n + m;
  const ties = tieSizes([...candidate, ...reference]).reduce((sum, size) => sum + size ** 3 - size, 0);
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  if (variance === 0) return 1;
  return upperTail((u - (n * m) / 2 - 0.5) / Math.sqrt(variance));
}

/**
 * Fisher's exact test, one-sided: the probability of a share as large as the candidate's if both have the same rate,
 * given how many there are of each.
 */
export function fisherExact(candidate: Share, reference: Share): number {
  const all = candidate.whole + reference.whole;
  const hits = candidate.part + reference.part;
  const most = Math.min(candidate.whole, hits);
  return sumWhile(candidate.part, most, (k) =>
    Math.exp(logChoose(candidate.whole, k) + logChoose(reference.whole, hits - k) - logChoose(all, hits)),
  );
}

/** Exact binomial test, one-sided: the probability of a part as large as this one if the true rate is `rate`. */
export function binomialTest({ part, whole }: Share, rate: number): number {
  if (part === 0) return 1;
  return sumWhile(part, whole, (k) =>
    Math.exp(logChoose(whole, k) + k * Math.log(rate) + (whole - k) * Math.log1p(-rate)),
  );
}

/** Probability that a standard normal variable exceeds `z`. */
const upperTail = (z: number): number => (1 - errorFunction(z / Math.SQRT2)) / 2;

function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return -Infinity;
  if (k === 0 || k === n) return 0;
  return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1);
}

/** Sums the probabilities of a tail; stops once they fall and are too small to count. */
function sumWhile(from: number, to: number, probability: (k: number) => number): number {
  let sum = 0;
  let before = 0;
  for (let k = from; k <= to; k++) {
    const term = probability(k);
    sum += term;
    if (term < before && term < sum * 1e-12) break;
    before = term;
  }
  return Math.min(1, sum);
}

function tieSizes(values: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()];
}
