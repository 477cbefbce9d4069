import { InvalidArgumentError } from "commander";

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A span of time as operators write it: `30s`, `15m`, `24h`, `7d`. */
export interface Duration {
  readonly text: string;
  readonly milliseconds: number;
}

/** @throws InvalidArgumentError, which commander shows with the option's name */
export function parseDuration(text: string): Duration {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (units[unit ?? ""] ?? Number.NaN);
  if (!(milliseconds > 0))
    throw new InvalidArgumentError("Write a number and s, m, h or d: 30s, 15m, 24h, 7d.");
  return { text, milliseconds };
}
