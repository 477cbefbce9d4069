import { type CheckResult, type VerifyReport } from "../check.js";
import { escapeMarkup } from "./escape.js";
import { summaryLine, verdictTitles } from "./summary.js";

const style = `
:root { color-scheme: light dark; --ink: #1d2330; --soft: #5b6474; --paper: #fff; --line: #dde1e8; --pass: #12703d; --fail: #b3261e; --na: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaf0; --soft: #a3acbb; --paper: #14171d; --line: #2d333e; --pass: #5fd38d; --fail: #ff8a80; --na: #9aa3b2; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; text-transform: capitalize; }
p { margin: .25rem 0; } .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; } td { border-top: 1px solid var(--line); padding: .5rem .75rem .5rem 0; vertical-align: top; overflow-wrap: anywhere; }
td:first-child { width: 3.5rem; font-weight: 600; } td:nth-child(2) { width: 20rem; }
.pass { color: var(--pass); } .fail { color: var(--fail); } .notApplicable { color: var(--na); }
code { font-size: .9em; } ul { margin: .25rem 0; padding-left: 1.2rem; }
`;

/** The report as one HTML page that loads nothing: no script, no font, no image. */
export function htmlReport(report: VerifyReport): string {
  const areas = [...new Set(report.results.map(({ area }) => area))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>o2cqrs verify: ${escapeMarkup(summaryLine(report.results))}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeMarkup(summaryLine(report.results))}</h1>
<p class="soft">Stack ${escapeMarkup(report.stack)}, organisation ${escapeMarkup(report.organization)} at ${escapeMarkup(report.url)}, ${escapeMarkup(report.startedAt)}, data of the last ${escapeMarkup(report.since)}</p>
${areas.map((area) => section(area, report.results)).join("\n")}
</body>
</html>
`;
}

function section(area: string, results: readonly CheckResult[]): string {
  const rows = results.filter((result) => result.area === area).map(row);
  return `<h2>${escapeMarkup(area)}</h2>\n<table>\n${rows.join("\n")}\n</table>`;
}

function row({ verdict, id, title, evidence, threshold, details = [], cure }: CheckResult): string {
  const list = details.map((detail) => `<li>${escapeMarkup(detail)}</li>`).join("");
  return [
    `<tr><td class="${verdict}">${verdictTitles[verdict]}</td>`,
    `<td>${escapeMarkup(title)}<br><code class="soft">${escapeMarkup(id)}</code></td>`,
    `<td>${escapeMarkup(evidence)}<br><span class="soft">wanted: ${escapeMarkup(threshold)}</span>`,
    list === "" ? "" : `<ul>${list}</ul>`,
    cure === undefined ? "" : `<p>What to do: ${escapeMarkup(cure)}</p>`,
    "</td></tr>",
  ].join("");
}
