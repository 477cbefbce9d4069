import { isoTime } from "../gate/clock.js";
import { type GateRecord } from "../gate/record.js";
import { figureText } from "../gate/report/figures.js";
import { markdownTable, markdownText } from "../gate/report/markdown-text.js";
import { duration } from "../gate/report/summary.js";
import { type RollbackRecord } from "./record.js";
import { rollbackSteps } from "./steps.js";
import { breachesOf, eventsOf, type MinuteFigures } from "./timeline.js";

export interface ReviewMaterial {
  readonly rollback: RollbackRecord;
  /** The stack's newest gate, if there was one. */
  readonly gate: GateRecord | undefined;
  readonly minutes: readonly MinuteFigures[];
  /** Why there are no figures. */
  readonly blind?: string | undefined;
}

/** A draft of the review after a release that was rolled back: what is known is filled in, the rest is asked. */
export function reviewDocument({ rollback, gate, minutes, blind }: ReviewMaterial): string {
  const { id, stack, trigger, startedAt, endedAt, dryRun } = rollback;
  const breaches = breachesOf(minutes);
  const first = Math.min(startedAt, ...(gate === undefined ? [] : [gate.startedAt]));
  return [
    `# Review of rollback ${markdownText(id)}${dryRun ? " (rehearsal)" : ""}`,
    markdownTable(
      ["Fact", "Value"],
      [
        ["Stack", stack],
        [
          "Release",
          gate === undefined ? "unknown: no gate was run" : `${gate.canary} (stable ${gate.stable})`,
        ],
        ["Trigger", `${trigger.source}${trigger.alert === undefined ? "" : `, ${trigger.alert}`}`],
        ["Reason", trigger.reason],
        ["Started", isoTime(startedAt)],
        [
          "Ended",
          endedAt === undefined ? "under way" : `${isoTime(endedAt)}, after ${duration(endedAt - startedAt)}`,
        ],
        ["From the release's start", duration((endedAt ?? startedAt) - first)],
        ...(rollback.annotated === undefined ? [] : [["Dashboards", rollback.annotated]]),
      ],
    ),
    "## Timeline",
    markdownTable(
      ["Time", "What"],
      eventsOf(rollback, gate).map(({ at, what }) => [isoTime(at), what]),
    ),
    "## Steps",
    markdownTable(
      ["Step", "Status", "What was done"],
      rollback.steps.map(({ id: step, status, detail }) => [rollbackSteps[step].title, status, detail ?? ""]),
    ),
    "## What the records say",
    ...(blind === undefined ? [] : [`The figures could not be read: ${markdownText(blind)}`]),
    breaches.length === 0 ? "No minute was beyond a threshold." : list(breaches),
    ...(minutes.length === 0 ? [] : [markdownTable(minuteColumns, minutes.map(minuteCells))]),
    ...questions,
  ]
    .join("\n\n")
    .concat("\n");
}

const questions = [
  "## Problems and their mending",
  "| Problem | Cause | Mended by | Owner | Until |\n| --- | --- | --- | --- | --- |\n|  |  |  |  |  |",
  "## Thresholds and strategy",
  "- [ ] Did the gate stop the release at the right step, and soon enough?\n- [ ] Was a threshold too tight or too loose? (`contract/thresholds.ts`)\n- [ ] Did an alert come first? If not, why not?",
  "## Documents and scripts",
  "- [ ] Run books brought up to date\n- [ ] Measures undone: `o2cqrs rollback --undo`\n- [ ] Drill repeated with what was learnt",
];

const minuteColumns = [
  "Minute",
  "Version",
  "Commands",
  "Errors",
  "p95",
  "Queries",
  "p95",
  "Hit ratio",
  "Dead letters",
];

function minuteCells(minute: MinuteFigures): string[] {
  const { at, version, commands, commandErrors, commandP95, queries, queryP95, hits, deadLetters } = minute;
  return [
    isoTime(at),
    version,
    String(commands),
    String(commandErrors),
    figureText(commandP95, "ms"),
    String(queries),
    figureText(queryP95, "ms"),
    queries === 0 ? "" : figureText(hits / queries, "ratio"),
    String(deadLetters),
  ];
}

const list = (items: readonly string[]): string => items.map((item) => `- ${markdownText(item)}`).join("\n");
