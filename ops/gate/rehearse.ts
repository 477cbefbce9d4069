import { decide } from "./decide.js";
import { type Observation } from "./figures.js";
import { type Window } from "./gate.js";
import { judge } from "./judge.js";
import { type GateRecord } from "./record.js";
import { type FigureVerdict } from "./verdict.js";

/** What a rehearsal saw. */
export interface RehearsalLook {
  readonly observation: Observation;
  /** Percent of traffic that the canary has; undefined where the driver cannot tell. */
  readonly percent: number | undefined;
  readonly window: Window;
}

/**
 * The record of a rehearsal: one look over the time that a step would be observed, and what would follow. Where no
 * figure has operations of both versions nothing was rehearsed, and the record says so.
 */
export function rehearsal(record: GateRecord, { observation, percent, window }: RehearsalLook): GateRecord {
  const { settings } = record;
  const verdicts = judge(observation, percent ?? settings.steps[0] ?? 100, settings);
  const look = { at: window.end, verdicts };
  const decision = decide(
    Array.from({ length: settings.confirmations }, () => look),
    window.start,
    settings,
  );
  const figures = verdicts.filter(needsSample);
  const lacking = figures.filter((figure) => !isCompared(figure, settings.minSample));
  const without = lacking.map(sampleText).join("; ");
  const outcome =
    lacking.length === figures.length
      ? ({
          kind: "unrehearsed",
          reason: `nothing could be compared, ${settings.minSample} operations of each version are needed: ${without}`,
        } as const)
      : ({
          kind: "rehearsed",
          reason: `would ${decision.kind}: ${decision.reason}${without === "" ? "" : `; not compared: ${without}`}`,
        } as const);
  return {
    ...record,
    phase: { kind: "ended" },
    steps: [{ percent: percent ?? 0, since: window.start, looks: [look], endedAt: window.end }],
    outcome: { ...outcome, at: window.end },
  };
}

/** Counts of what went wrong are 0, and good, where nothing happened at all. */
const needsSample = ({ unit }: FigureVerdict): boolean => unit !== "count";

const isCompared = ({ canarySample, stableSample }: FigureVerdict, minSample: number): boolean =>
  canarySample >= minSample && stableSample >= minSample;

const sampleText = ({ title, canarySample, stableSample }: FigureVerdict): string =>
  `${title} has ${canarySample} of the canary and ${stableSample} of the stable version`;
