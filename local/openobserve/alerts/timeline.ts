import { evaluateAlert, type AlertQueries, type EvaluatedAlert } from "./evaluate.js";
import { type AlertRow, nextEvaluation, windowOf } from "./rules.js";

export interface Firing {
  /** When the alert was evaluated, microseconds. */
  readonly at: number;
  readonly rows: readonly AlertRow[];
}

/**
 * Runs one alert through a stretch of time as the server's scheduler would, without waiting: the first evaluation is
 * at `start`, the next ones when its frequency, cron expression and silence say.
 * @param queries what the alert would find at a time; data later than that time must not be given
 */
export async function runAlert(
  alert: EvaluatedAlert,
  { start, end }: { readonly start: number; readonly end: number },
  queries: (now: number) => AlertQueries,
): Promise<Firing[]> {
  const firings: Firing[] = [];
  let now = start;
  while (now <= end) {
    const rows = await evaluateAlert(alert, windowOf(alert.trigger_condition, now), queries(now));
    if (rows !== undefined) firings.push({ at: now, rows });
    now = nextEvaluation(
      alert.trigger_condition,
      now,
      rows !== undefined && alert.trigger_condition.silence > 0,
    );
  }
  return firings;
}
