import { Cron } from "croner";
import type { QueryCondition, TriggerCondition } from "../conditions/query.js";
import { compare } from "../pipeline/condition.js";
import { type ResultSeries } from "../promql/index.js";

/** The server's rules of when an alert is evaluated, over which time, and when it fires. All times are microseconds. */

export type AlertRow = Readonly<Record<string, unknown>>;

export interface TimeWindow {
  readonly start: number;
  readonly end: number;
}

const minute = 60_000_000;

/** The window of an evaluation: the period before the time for which it was planned. */
export const windowOf = ({ period }: TriggerCondition, plannedAt: number): TimeWindow => ({
  start: plannedAt - period * minute,
  end: plannedAt,
});

/** An SQL or custom alert fires on the number of rows that its query gives. */
export const countMeets = ({ operator, threshold }: TriggerCondition, rows: number): boolean =>
  compare(rows, operator, threshold);

/** How many rows the query is asked for. */
export const rowLimit = ({ threshold }: TriggerCondition): number => Math.max(100, threshold);

/** The expression that a PromQL alert evaluates: its query compared with its value. */
export function promqlOf({ promql, promql_condition }: QueryCondition): string | undefined {
  if (!promql || promql_condition === null) return undefined;
  const { operator, value } = promql_condition;
  return `(${promql}) ${operator === "=" ? "==" : operator} ${numberOf(value)}`;
}

const numberOf = (value: unknown): number => {
  const number = typeof value === "number" ? value : Number(typeof value === "string" ? value : 0);
  return Number.isNaN(number) ? 0 : number;
};

const smallestStep = 1_000_000;
const mostPoints = 256;

/** Microseconds between the points of a PromQL alert's range query. */
export const promqlStep = ({ start, end }: TimeWindow): number =>
  Math.max(smallestStep, Math.floor((end - start) / mostPoints));

/**
 * A PromQL alert fires for every series with at least as many points in its window as the threshold says, whatever
 * the operator of the trigger; a row is the series' labels with its last value.
 */
export function promqlRows({ threshold }: TriggerCondition, series: readonly ResultSeries[]): AlertRow[] {
  return series.flatMap(({ labels, points }) => {
    const last = points.at(-1);
    if (last === undefined || points.length < threshold) return [];
    const [time, value] = last;
    return [{ ...labels, _timestamp: Math.round(time * 1000), value }];
  });
}

/**
 * When an alert is evaluated next. A silenced one rests for its silence, or its frequency if that is longer; times
 * are aligned to the frequency unless the alert says otherwise.
 */
export function nextEvaluation(trigger: TriggerCondition, now: number, silenced: boolean): number {
  const { frequency, frequency_type, silence, align_time, cron, timezone } = trigger;
  const rest = silenced ? silence * minute : 0;
  if (frequency_type === "cron") return nextCron(cron, timezone, now + rest);
  const every = Math.max(1, frequency) * minute;
  const next = now + Math.max(every, rest);
  return align_time ? next - (next % every) : next;
}

function nextCron(cron: string, timezone: string | undefined, after: number): number {
  const fields = cron.trim().split(/\s+/).slice(0, 6).join(" ");
  const schedule = new Cron(fields, { paused: true, timezone: timezone ?? "UTC" });
  const next = schedule.nextRun(new Date(after / 1000));
  schedule.stop();
  return next === null ? Infinity : next.getTime() * 1000;
}
