import { parsePromql } from "@o2cqrs/local-openobserve/promql";

/** Labels of a series, its name as `__name__` included. */
export type SeriesLabels = Readonly<Record<string, string>>;

/**
 * The series that a selector such as `up{job="api"}` names.
 * @throws Error when it is no selector, or does not say what each label is
 */
export function labelsOf(text: string): SeriesLabels {
  const expression = parsePromql(text);
  if (expression.kind !== "selector") throw new Error('not a series: write metric{label="value"}');
  const vague = expression.matchers.find(({ operator }) => operator !== "=");
  if (vague !== undefined)
    throw new Error(`label ${vague.label} must be given with =, not ${vague.operator}`);
  return Object.fromEntries(expression.matchers.map(({ label, value }) => [label, value]));
}

const number = "[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?";
const missing = /^_(?:x(\d+))?$/;
const value = new RegExp(`^(${number})(?:(?:([-+](?:\\d+\\.?\\d*|\\.\\d+)))?x(\\d+))?$`);
const mostSamples = 100_000;

/**
 * The samples that promtool's notation means, undefined where one is missing: `1 2`, `0+10x3` is 0 10 20 30,
 * `5x2` is 5 5 5, `_x3` is three missing ones.
 * @throws Error
 */
export function samplesOf(notation: string): (number | undefined)[] {
  const samples = notation.trim().split(/\s+/).flatMap(samplesOfItem);
  if (samples.length > mostSamples) throw new Error(`more than ${mostSamples} samples`);
  return samples;
}

function samplesOfItem(item: string): (number | undefined)[] {
  const gap = missing.exec(item);
  if (gap !== null) return Array.from({ length: bounded(gap[1] ?? "1") }, () => undefined);
  const match = value.exec(item);
  if (match === null) throw new Error(`${JSON.stringify(item)} is no sample: write 1, 0+10x3, 5x2 or _x3`);
  const [, first = "", step = "0", times = "0"] = match;
  return Array.from({ length: bounded(times) + 1 }, (_, index) => Number(first) + index * Number(step));
}

function bounded(times: string): number {
  if (Number(times) > mostSamples) throw new Error(`more than ${mostSamples} samples`);
  return Number(times);
}
