import { renderTable } from "../../cli/table.js";
import { type Terminal } from "../../cli/terminal.js";
import { visibleLine } from "../../cli/visible-text.js";
import { type CheckResult, type Verdict, type VerifyReport } from "../check.js";
import { summaryLine, verdictTitles } from "./summary.js";

/** The report for a terminal: a line a check, then each failure with its particulars and its cure. */
export function tableReport(
  report: VerifyReport,
  { colours, width }: Pick<Terminal, "colours" | "width">,
): string {
  const paint: Record<Verdict, (text: string) => string> = {
    pass: colours.green,
    fail: colours.red,
    notApplicable: colours.dim,
  };
  const rows = report.results.map(({ verdict, id, threshold, evidence }) => [
    { text: verdictTitles[verdict], paint: paint[verdict] },
    id,
    [`${evidence} `, { text: `(wanted: ${threshold})`, paint: colours.dim }],
  ]);
  const failures = report.results.filter(({ verdict }) => verdict === "fail").map(describeFailure);
  return [
    renderTable(["", "check", "evidence"], rows, width),
    ...failures.map((text) => `\n${text}`),
    `\n${summaryLine(report.results)}`,
  ].join("\n");
}

const mostDetails = 10;

function describeFailure({ id, title, evidence, details = [], cure }: CheckResult): string {
  const more = details.length - mostDetails;
  return [
    visibleLine(`${id}: ${title}: ${evidence}`),
    ...details.slice(0, mostDetails).map((detail) => visibleLine(`  - ${detail}`)),
    ...(more > 0 ? [`  … and ${more} more (see --json)`] : []),
    ...(cure === undefined ? [] : [visibleLine(`  What to do: ${cure}`)]),
  ].join("\n");
}
