import { OperatorError } from "../cli/errors.js";
import { isoTime } from "./clock.js";
import { type GateRecord } from "./record.js";
import { observeOnly } from "./traffic/driver.js";

/** Where a release stands by the record of its gate, one sentence: for whoever cannot ask anything else. */
export function standingOf(record: GateRecord): string {
  const { id, canary, stable, traffic } = record;
  return `Gate ${id} of release ${canary} (stable ${stable}) ${situation(record)}, moved by: ${traffic}`;
}

function situation({ phase, settings, steps, outcome, startedAt }: GateRecord): string {
  const last = steps.at(-1);
  const given = last?.percent ?? 0;
  const since = isoTime(last?.since ?? startedAt);
  const place = (step: number) => `step ${step + 1} of ${settings.steps.length}`;
  switch (phase.kind) {
    case "shifting": {
      const next = settings.steps[phase.step] ?? 100;
      const shares = next === given ? `${given}%` : `${given}% or already ${next}%`;
      return `was beginning ${place(phase.step)}: the canary has ${shares} of the traffic`;
    }
    case "observing":
      return `was observing ${place(phase.step)}: the canary has ${given}% of the traffic since ${since}`;
    case "rollingBack":
      return `was rolling back (${phase.reason}): the canary has ${given}% of the traffic, or none already`;
    case "ended":
      return outcome?.kind === "rolledBack"
        ? "was rolled back: the canary has no traffic"
        : `was ${outcome?.kind ?? "ended"} at ${place(steps.length - 1)}: the canary has ${given}% of the traffic since ${since}`;
  }
}

export interface Standing {
  readonly record: GateRecord;
  /** Percent of traffic that the driver says the canary has now. */
  readonly percent: number | undefined;
  /** Command line that takes the traffic back without OpenObserve. */
  readonly rollback: string;
}

/** The error of a gate that cannot go on, with all that is known of its release and the way back. */
export function stuckGate(error: OperatorError, { record, percent, rollback }: Standing): OperatorError {
  const now = percent === undefined ? "" : `; it has ${percent}% now`;
  const wayBack =
    record.traffic === observeOnly.title
      ? `This gate moves no traffic: take it back by hand, and then: ${rollback}.`
      : `Take it back, for which no server is needed: ${rollback}.`;
  return new OperatorError(`${error.message}\n${standingOf(record)}${now}.`, {
    exitCode: error.exitCode,
    cure: [
      `The traffic stays where it is. ${wayBack}`,
      `Or run this gate again when the cause is mended, and it goes on. ${error.cure ?? ""}`.trim(),
    ].join(" "),
    cause: error,
  });
}
