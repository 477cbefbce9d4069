import { PromqlError } from "./error.js";

const units: readonly (readonly [string, number])[] = [
  ["y", 365 * 86_400_000],
  ["w", 7 * 86_400_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

const form = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Milliseconds of a duration such as `5m`, `1h30m` or `250ms`; a bare number counts seconds.
 * @throws PromqlError
 */
export function parseDuration(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const match = text === "" ? null : form.exec(text);
  if (!match) throw new PromqlError(`not a valid duration string: ${JSON.stringify(text)}`);
  return units.reduce((total, [, millis], index) => total + Number(match[index + 1] ?? 0) * millis, 0);
}

export function formatDuration(millis: number): string {
  let rest = millis;
  let text = "";
  for (const [unit, size] of units) {
    // Years and weeks only where they say it all, as Prometheus writes them.
    if ((unit === "y" || unit === "w") && rest % size !== 0) continue;
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === "" ? "0s" : text;
}
