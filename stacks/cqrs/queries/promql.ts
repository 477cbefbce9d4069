/**
 * PromQL that means the same on OpenObserve v0.60 and v0.90 and on Prometheus: regular expressions are
 * grouped, because some servers anchor only the ends of a bare `a|b`; ranges and offsets are always written;
 * no subqueries, which OpenObserve evaluates at the outer query's instants only.
 */

/** What a label must be: one value, one of several, none of several, or like a regular expression. */
export type Matcher =
  string | readonly string[] | { readonly like?: string; readonly not?: readonly string[] };
export type Matchers = Readonly<Record<string, Matcher>>;

export interface Range {
  /** Length in minutes. */
  readonly minutes: number;
  /** How many minutes before now it ends. Default 0. */
  readonly offsetMinutes?: number;
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;

/** A text as a regular expression that matches just it. */
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const alternatives = (values: readonly string[]): string => quoted(`(${values.map(literally).join("|")})`);

const isOneOf = (value: Exclude<Matcher, string>): value is readonly string[] => Array.isArray(value);

/** `label="value"`; both `label=~"(like)"` and `label!~"(not)"` where both are asked. */
export function matcher([label, value]: [string, Matcher]): string {
  if (typeof value === "string") return `${label}=${quoted(value)}`;
  if (isOneOf(value)) return `${label}=~${alternatives(value)}`;
  const like = value.like === undefined ? [] : [`${label}=~${quoted(`(${value.like})`)}`];
  const not = value.not === undefined ? [] : [`${label}!~${alternatives(value.not)}`];
  return [...like, ...not].join(",");
}

/** `metric{label="value"}` */
export function series(metric: string, matchers: Matchers = {}): string {
  const written = Object.entries(matchers).map(matcher);
  return written.length === 0 ? metric : `${metric}{${written.join(",")}}`;
}

/** A vector as it was some minutes ago. */
export const before = (vector: string, offsetMinutes: number): string =>
  offsetMinutes === 0 ? vector : `${vector} offset ${duration(offsetMinutes)}`;

/** `metric[5m] offset 2m` */
export const over = (vector: string, { minutes, offsetMinutes = 0 }: Range): string =>
  before(`${vector}[${duration(minutes)}]`, offsetMinutes);

/** Whole seconds, as short as they can be written. */
export function duration(minutes: number): string {
  const seconds = Math.round(minutes * 60);
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

export const rate = (rangeVector: string): string => `rate(${rangeVector})`;
export const increase = (rangeVector: string): string => `increase(${rangeVector})`;
export const sumOverTime = (rangeVector: string): string => `sum_over_time(${rangeVector})`;

const aggregated = (by: readonly string[]) => (by.length === 0 ? "" : ` by (${by.join(", ")}) `);

/** `sum by (type) (vector)`, or `sum(vector)`. */
export const sum = (vector: string, by: readonly string[] = []): string => `sum${aggregated(by)}(${vector})`;
/** `avg by (type) (vector)`, or `avg(vector)`. */
export const avg = (vector: string, by: readonly string[] = []): string => `avg${aggregated(by)}(${vector})`;

/** A share: the first vector divided by the second. */
export const ratio = (part: string, whole: string): string => `${part} / ${whole}`;

/** A quantile of a histogram's observations within a range, for each combination of the labels. */
export function quantile(q: number, histogram: string, by: readonly string[], range: Range): string {
  return `histogram_quantile(${q}, ${sum(rate(over(`${histogram}_bucket`, range)), ["le", ...by])})`;
}

/** The observations up to a limit, which must be a bucket's bound. */
function upTo(limit: number, histogram: string, matchers: Matchers): string {
  // Exporters write the same bound as 500 or 500.0.
  return series(`${histogram}_bucket`, { le: [String(limit), `${limit}.0`], ...matchers });
}

/** The share of observations above a limit, which must be a bucket's bound. */
export function shareAbove(limit: number, histogram: string, range: Range, matchers: Matchers = {}): string {
  const all = series(`${histogram}_count`, matchers);
  const within = upTo(limit, histogram, matchers);
  return `1 - ${ratio(sum(rate(over(within, range))), sum(rate(over(all, range))))}`;
}

/** How many observations were above a limit, which must be a bucket's bound. */
export function countAbove(limit: number, histogram: string, range: Range, matchers: Matchers = {}): string {
  const all = sum(increase(over(series(`${histogram}_count`, matchers), range)));
  return `${all} - ${sum(increase(over(upTo(limit, histogram, matchers), range)))}`;
}

export type Operator = ">" | "<";

/** How many times a breach is looked at within its window, besides now. */
const looks = 5;

/**
 * A figure that is beyond a limit now and was at every look back through a window, as `for` means in a
 * Prometheus rule. The limit itself is left to the alert's own comparison with the figure as it is now, so
 * that the alert's value is the figure.
 *
 * @param figure the expression as it was so many minutes ago
 */
export function held(
  figure: (offsetMinutes: number) => string,
  operator: Operator,
  limit: number,
  windowMinutes: number,
): string {
  const offsets = Array.from({ length: looks }, (_, index) => ((index + 1) * windowMinutes) / looks);
  return [figure(0), ...offsets.map((offset) => `(${figure(offset)} ${operator} ${limit})`)].join(" and ");
}
