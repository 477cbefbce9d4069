import { type Window } from "./value.js";

type Kind = "rate" | "increase" | "delta";

/**
 * The change over a window, extrapolated to its ends as Prometheus does: as far as the samples are apart on
 * average, and for counters never below the point where they would have been zero.
 */
export function extrapolate({ times, values, start, end }: Window, kind: Kind): number | undefined {
  const count = values.length;
  const [firstTime = 0, lastTime = 0] = [times[0], times[count - 1]];
  const [firstValue = 0, lastValue = 0] = [values[0], values[count - 1]];
  if (count < 2) return undefined;
  const isCounter = kind !== "delta";
  let change = lastValue - firstValue;
  if (isCounter) change += lostByResets(values);
  let toStart = (firstTime - start) / 1000;
  const toEnd = (end - lastTime) / 1000;
  const sampled = (lastTime - firstTime) / 1000;
  const average = sampled / (count - 1);
  if (isCounter && change > 0 && firstValue >= 0)
    toStart = Math.min(toStart, sampled * (firstValue / change));
  const threshold = average * 1.1;
  const extended =
    sampled + (toStart < threshold ? toStart : average / 2) + (toEnd < threshold ? toEnd : average / 2);
  const factor = extended / sampled;
  return change * (kind === "rate" ? factor / ((end - start) / 1000) : factor);
}

/** What a counter had reached before each time it began anew. */
function lostByResets(values: readonly number[]): number {
  let lost = 0;
  for (let index = 1; index < values.length; index++) {
    const before = values[index - 1] ?? 0;
    if ((values[index] ?? 0) < before) lost += before;
  }
  return lost;
}

/** The change between the last two samples, per second for a counter. */
export function instantChange({ times, values }: Window, perSecond: boolean): number | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const [last = 0, before = 0] = [values[count - 1], values[count - 2]];
  const seconds = ((times[count - 1] ?? 0) - (times[count - 2] ?? 0)) / 1000;
  if (seconds === 0) return undefined;
  if (!perSecond) return last - before;
  return (last < before ? last : last - before) / seconds;
}

/** Slope per second and value at `origin` (milliseconds) of the line of least squares. */
export function regression({ times, values }: Window, origin: number): { slope: number; intercept: number } {
  const first = values[0] ?? NaN;
  if (values.every((value) => value === first)) {
    return Number.isFinite(first) ? { slope: 0, intercept: first } : { slope: NaN, intercept: NaN };
  }
  const count = values.length;
  let [sumX, sumY, sumXY, sumX2] = [0, 0, 0, 0];
  values.forEach((y, index) => {
    const x = ((times[index] ?? 0) - origin) / 1000;
    sumX += x;
    sumY += y;
    sumXY += x * y;
    sumX2 += x * x;
  });
  const slope = (sumXY - (sumX * sumY) / count) / (sumX2 - (sumX * sumX) / count);
  return { slope, intercept: sumY / count - (slope * sumX) / count };
}
