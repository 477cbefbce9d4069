import { escapeMarkup } from "../../verify/report/escape.js";
import { isoTime } from "../clock.js";
import { type GateRecord, type StepRecord } from "../record.js";
import { figureCells, figureColumns } from "./figures.js";
import { gateFacts, outcomeLine, stepHeading } from "./summary.js";

const style = `
:root { color-scheme: light dark; --ink: #1d2330; --paper: #fff; --line: #dde1e8; --good: #12703d; --bad: #b3261e; --unclear: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf0; --paper: #14171d; --line: #2d333e; --good: #5fd38d; --bad: #ff8a80; --unclear: #e6b450; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; } td, th { border-top: 1px solid var(--line); padding: .25rem .75rem .25rem 0; text-align: left; vertical-align: top; overflow-wrap: anywhere; } td:first-child { overflow-wrap: normal; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .unclear { color: var(--unclear); }
`;

/** The gate's report with every figure, as one HTML page that loads nothing. */
export function gateHtml(record: GateRecord): string {
  const title = escapeMarkup(outcomeLine(record));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
${table(gateFacts(record).map((cells) => row(cells)))}
${record.steps.map(step).join("\n")}
</body>
</html>
`;
}

function step(record: StepRecord): string {
  const [reason, last] = [record.decision?.reason, record.looks.at(-1)];
  const earlier = record.looks.slice(0, -1);
  return [
    `<h2>${escapeMarkup(stepHeading(record))}</h2>`,
    reason === undefined ? "" : `<p>${escapeMarkup(reason)}</p>`,
    last === undefined ? "" : look(last),
    earlier.length === 0
      ? ""
      : `<details><summary>${earlier.length} earlier looks</summary>${earlier.map(look).join("\n")}</details>`,
  ].join("\n");
}

function look({ at, verdicts, blind }: StepRecord["looks"][number]): string {
  const time = `<h3>${isoTime(at)}</h3>`;
  if (verdicts === undefined)
    return `${time}<p>Nothing could be seen: ${escapeMarkup(blind ?? "unknown")}</p>`;
  const head = `<tr>${figureColumns.map((column) => `<th>${escapeMarkup(column)}</th>`).join("")}</tr>`;
  return time + table([head, ...verdicts.map((verdict) => row(figureCells(verdict), verdict.status))]);
}

const table = (rows: readonly string[]): string => `<table>\n${rows.join("\n")}\n</table>`;

const row = (cells: readonly string[], kind = ""): string =>
  `<tr class="${escapeMarkup(kind)}">${cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join("")}</tr>`;
