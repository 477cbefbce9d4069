import { renderTable } from "../../cli/table.js";
import { type Terminal } from "../../cli/terminal.js";
import { visibleLine } from "../../cli/visible-text.js";
import { isoTime } from "../clock.js";
import { type GateRecord, type StepRecord } from "../record.js";
import { figureText } from "./figures.js";
import { gateFacts, outcomeLine, stepHeading } from "./summary.js";

type Style = Pick<Terminal, "colours" | "width">;

/** The gate's report for a terminal: of each step the last look. The files have all, and the probabilities. */
export function gateText(record: GateRecord, style: Style): string {
  return [
    style.colours.bold(visibleLine(outcomeLine(record))),
    renderTable(
      ["", ""],
      gateFacts(record).map((cells) => [...cells]),
      style.width,
    ).trim(),
    ...record.steps.map((step) => stepText(step, style)),
  ].join("\n\n");
}

function stepText(step: StepRecord, { colours, width }: Style): string {
  const last = step.looks.at(-1);
  const reason = step.decision === undefined ? [] : [visibleLine(step.decision.reason)];
  const paint = { good: colours.green, bad: colours.red, unclear: colours.yellow };
  const seen =
    last === undefined
      ? []
      : last.verdicts === undefined
        ? [visibleLine(`${isoTime(last.at)}: nothing could be seen: ${last.blind ?? "unknown"}`)]
        : [
            renderTable(
              ["figure", "verdict", "canary", "stable", "limit", "reason"],
              last.verdicts.map((verdict) => [
                verdict.title,
                { text: verdict.status, paint: paint[verdict.status] },
                `${figureText(verdict.canary, verdict.unit)} of ${verdict.canarySample}`,
                `${figureText(verdict.stable, verdict.unit)} of ${verdict.stableSample}`,
                figureText(verdict.limit, verdict.unit),
                verdict.reason,
              ]),
              width,
            ),
          ];
  return [colours.bold(stepHeading(step)), ...reason, ...seen].join("\n");
}
