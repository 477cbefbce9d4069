import { Cron } from "croner";

/**
 * A cron expression that starts with `*` would run at every second of its minute; the server puts the current
 * second in the place of its first `*`.
 */
export const pinSecond = (cron: string, second: number): string =>
  cron
    .trim()
    .replace(/^\*\s*/, `${second} `)
    .trim();

const numeric = ["Seconds", "Minutes", "Hours", "Days of Month"];

/** Undefined when the expression is one: seconds, minutes, hours, day, month, weekday and perhaps a year. */
export function cronError(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/);
  const named = numeric.findIndex((_, index) => /^[a-z]/i.test(fields[index] ?? ""));
  if (named !== -1)
    return `${cron}\n^\nThe '${numeric[named] ?? ""}' field does not support using names. '${fields[named] ?? ""}' specified.`;
  if (fields.length < 6 || fields.length > 7) return `${cron}\n^\nInvalid cron expression.`;
  try {
    new Cron(fields.slice(0, 6).join(" "), { paused: true }).stop();
    return undefined;
  } catch {
    return `${cron}\n^\nInvalid cron expression.`;
  }
}
