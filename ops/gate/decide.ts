import { type GateSettings } from "./settings.js";
import { type FigureVerdict } from "./verdict.js";

/** What a gate does next with a step. */
export type Decision =
  | { readonly kind: "observe"; readonly reason: string }
  | { readonly kind: "promote"; readonly reason: string }
  | { readonly kind: "hold"; readonly reason: string }
  | { readonly kind: "rollback"; readonly reason: string };

/** One look at a step: when, and what each figure was; no verdicts when nothing could be seen. */
export interface Look {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly verdicts?: FigureVerdict[] | undefined;
  /** Why nothing could be seen. */
  readonly blind?: string | undefined;
}

/**
 * Decides from all looks at a step, oldest first. A figure ends a step early when it was bad for as long as its
 * threshold says and in enough looks in a row; a step is promoted when it was observed for long enough and every
 * figure is good.
 * @param since when the step's observation began, milliseconds since 1970
 */
export function decide(looks: readonly Look[], since: number, settings: GateSettings): Decision {
  const last = looks.at(-1);
  if (last === undefined) return { kind: "observe", reason: "nothing was seen yet" };
  const elapsed = last.at - since;
  if (last.verdicts === undefined) return decideBlind(looks, since, settings);
  const bad = last.verdicts.filter((verdict) => isConfirmed(verdict, looks, elapsed, settings));
  if (bad.length > 0) return { kind: "rollback", reason: describe(bad) };
  if (elapsed < settings.minObservationMs) return { kind: "observe", reason: "not observed for long enough" };
  const doubtful = last.verdicts.filter(({ status }) => status !== "good");
  if (doubtful.length === 0) return { kind: "promote", reason: "every figure is good" };
  if (elapsed >= settings.maxObservationMs) return { kind: "hold", reason: describe(doubtful) };
  return { kind: "observe", reason: describe(doubtful) };
}

function decideBlind(looks: readonly Look[], since: number, { maxBlindMs }: GateSettings): Decision {
  const last = looks.at(-1);
  const lastSeen = looks.findLast(({ verdicts }) => verdicts !== undefined)?.at ?? since;
  const blindMs = (last?.at ?? since) - lastSeen;
  const reason = `nothing can be seen for ${Math.round(blindMs / 1000)} s: ${last?.blind ?? "unknown"}`;
  return { kind: blindMs >= maxBlindMs ? "rollback" : "observe", reason };
}

function isConfirmed(
  { id, status, atOnce, settleMs }: FigureVerdict,
  looks: readonly Look[],
  elapsed: number,
  { confirmations, minObservationMs }: GateSettings,
): boolean {
  if (status !== "bad") return false;
  if (atOnce) return true;
  if (elapsed < Math.min(settleMs, minObservationMs)) return false;
  const recent = looks.slice(-confirmations);
  return (
    recent.length === confirmations &&
    recent.every(({ verdicts }) => verdicts?.find((each) => each.id === id)?.status === "bad")
  );
}

const describe = (verdicts: readonly FigureVerdict[]): string =>
  verdicts.map(({ title, reason }) => `${title}: ${reason}`).join("; ");
