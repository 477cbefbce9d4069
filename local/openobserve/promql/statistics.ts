/** Sum with the error of each addition carried along (Neumaier), as Prometheus adds. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  let correction = 0;
  for (const value of values) {
    const next = total + value;
    if (!Number.isFinite(next)) correction = 0;
    else correction += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return Number.isFinite(total) ? total + correction : total;
}

export function mean(values: readonly number[]): number {
  const total = sum(values);
  // The sum of large values may overflow where their mean does not.
  if (Number.isFinite(total) || values.some((value) => !Number.isFinite(value))) return total / values.length;
  return sum(values.map((value) => value / values.length));
}

/** Of the whole population. */
export function variance(values: readonly number[]): number {
  const average = mean(values);
  return sum(values.map((value) => (value - average) ** 2)) / values.length;
}

/** The value below which the fraction `q` lies, interpolated between neighbours. */
export function quantile(q: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const sorted = [...values].sort(compareNumbers);
  const rank = q * (sorted.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return (sorted[lower] ?? NaN) * (1 - weight) + (sorted[upper] ?? NaN) * weight;
}

/** Ascending, NaN first. */
export function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The larger, NaN only where there is nothing else. */
export function maximum(values: readonly number[]): number {
  return values.reduce((best, value) => (value > best || Number.isNaN(best) ? value : best));
}

export function minimum(values: readonly number[]): number {
  return values.reduce((best, value) => (value < best || Number.isNaN(best) ? value : best));
}
