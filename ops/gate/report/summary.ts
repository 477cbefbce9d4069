import { isoTime } from "../clock.js";
import { type GateRecord, type GateOutcome, type StepRecord } from "../record.js";

const outcomeTitles: Readonly<Record<GateOutcome, string>> = {
  promoted: "promoted",
  held: "held",
  rolledBack: "rolled back",
  rehearsed: "rehearsed",
  unrehearsed: "not rehearsed",
};

/** What came of a release, one line. */
export function outcomeLine({ canary, stable, outcome }: GateRecord): string {
  const became = outcome === undefined ? "under way" : outcomeTitles[outcome.kind];
  return `Release ${canary} (stable ${stable}): ${became}`;
}

/** Facts about the gate, name and value. */
export function gateFacts(record: GateRecord): (readonly [string, string])[] {
  const { id, stack, service, traffic, settings, startedAt, resumedAt, outcome, annotated } = record;
  return [
    ["Gate", id],
    ["Stack", stack],
    ["Service", service ?? "all"],
    ["Traffic", traffic],
    ["Steps", settings.steps.map((percent) => `${percent}%`).join(", ")],
    [
      "Observation",
      `${duration(settings.minObservationMs)} to ${duration(settings.maxObservationMs)} a step`,
    ],
    ["Significance", String(settings.significance)],
    ["Started", isoTime(startedAt)],
    ...resumedAt.map((at) => ["Taken up again", isoTime(at)] as const),
    ...(outcome === undefined
      ? []
      : ([
          ["Ended", `${isoTime(outcome.at)}, after ${duration(outcome.at - startedAt)}`],
          ["Reason", outcome.reason],
        ] as const)),
    ...(annotated === undefined ? [] : [["Dashboards", annotated] as const]),
  ];
}

export function stepHeading({ percent, since, endedAt, decision, looks }: StepRecord): string {
  const took = endedAt === undefined ? "" : `, ${duration(endedAt - since)}`;
  const decided = decision === undefined ? "not decided" : decision.kind;
  return `${percent}% from ${isoTime(since)}${took}: ${decided}, ${looks.length === 1 ? "1 look" : `${looks.length} looks`}`;
}

export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 6) / 10} min`;
}
