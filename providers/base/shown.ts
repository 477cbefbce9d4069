import { eventually, NotSettledError } from "../client/index.js";
import { comparison } from "./diff.js";
import type { Kind } from "./kind.js";
import { differingPaths } from "./values.js";

/** Reads right after a write have been seen to show the state before it, for less than a second. */
const staleReadMs = 5_000;

/**
 * Waits, with a bound, until a read shows what was written, so that whoever reads next, in this deployment or
 * the next, does not meet the state before it.
 *
 * @returns the paths that differ still; none when it is shown
 */
export async function differencesShown<I extends object>(
  kind: Kind<I>,
  written: I,
  read: () => Promise<I | undefined>,
): Promise<string[]> {
  const wanted = comparison(kind, written);
  let differences: string[] = [];
  await eventually(
    async () => {
      const shown = await read();
      differences = shown === undefined ? [""] : differingPaths(comparison(kind, shown), wanted);
      return differences.length === 0 ? true : undefined;
    },
    { withinMs: staleReadMs, firstPauseMs: 10 },
  );
  return differences;
}

/**
 * {@link differencesShown} for a write that must be seen.
 *
 * @throws NotSettledError naming what the server shows otherwise
 */
export async function awaitShown<I extends object>(
  kind: Kind<I>,
  label: string,
  written: I,
  read: () => Promise<I | undefined>,
): Promise<void> {
  const differences = await differencesShown(kind, written, read);
  if (differences.length === 0) return;
  const what = differences[0] === "" ? "does not show it" : `shows another ${differences.join(", ")}`;
  throw new NotSettledError({
    method: "PUT",
    path: label,
    serverMessage: `${kind.name} ${label} was saved, and ${staleReadMs / 1_000} s later the server still ${what}`,
    cure: "Deploy again; if it persists, this server does not keep what it was sent.",
  });
}
