import { isoTime } from "../clock.js";
import { type GateRecord, type StepRecord } from "../record.js";
import { figureCells, figureColumns } from "./figures.js";
import { markdownTable, markdownText } from "./markdown-text.js";
import { gateFacts, outcomeLine, stepHeading } from "./summary.js";

/** The gate's report with every figure, as Markdown. */
export function gateMarkdown(record: GateRecord): string {
  return [
    `# ${markdownText(outcomeLine(record))}`,
    markdownTable(["Fact", "Value"], gateFacts(record)),
    ...record.steps.flatMap(step),
  ]
    .join("\n\n")
    .concat("\n");
}

function step(record: StepRecord): string[] {
  return [
    `## ${markdownText(stepHeading(record))}`,
    ...(record.decision === undefined ? [] : [markdownText(record.decision.reason)]),
    ...record.looks.flatMap(({ at, verdicts, blind }) => [
      `### ${isoTime(at)}`,
      verdicts === undefined
        ? `Nothing could be seen: ${markdownText(blind ?? "unknown")}`
        : markdownTable(figureColumns, verdicts.map(figureCells)),
    ]),
  ];
}
