import { countVerdicts, type CheckResult, type VerifyReport } from "../check.js";
import { escapeMarkup } from "./escape.js";

/** The report as JUnit XML: a test suite an area, a test case a check. */
export function junitReport(report: VerifyReport): string {
  const areas = [...new Set(report.results.map(({ area }) => area))];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="o2cqrs verify" ${counts(report.results)}>`,
    ...areas.flatMap((area) => testSuite(area, report)),
    "</testsuites>",
    "",
  ].join("\n");
}

function testSuite(area: string, report: VerifyReport): string[] {
  const results = report.results.filter((result) => result.area === area);
  return [
    `  <testsuite name="${escapeMarkup(area)}" timestamp="${escapeMarkup(report.startedAt)}" ${counts(results)}>`,
    ...results.flatMap(testCase),
    "  </testsuite>",
  ];
}

function testCase({
  area,
  id,
  title,
  milliseconds,
  verdict,
  evidence,
  threshold,
  details,
  cure,
}: CheckResult) {
  const open = `    <testcase classname="${escapeMarkup(area)}" name="${escapeMarkup(`${id}: ${title}`)}" time="${seconds(milliseconds)}"`;
  if (verdict === "notApplicable") {
    return [`${open}>`, `      <skipped message="${escapeMarkup(evidence)}"/>`, "    </testcase>"];
  }
  const output = `      <system-out>${escapeMarkup(`${evidence} (wanted: ${threshold})`)}</system-out>`;
  if (verdict === "pass") return [`${open}>`, output, "    </testcase>"];
  const text = [...(details ?? []), ...(cure === undefined ? [] : [`What to do: ${cure}`])].join("\n");
  return [
    `${open}>`,
    `      <failure message="${escapeMarkup(`${evidence} (wanted: ${threshold})`)}">${escapeMarkup(text)}</failure>`,
    output,
    "    </testcase>",
  ];
}

function counts(results: readonly CheckResult[]): string {
  const { fail, notApplicable } = countVerdicts(results);
  const time = results.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return `tests="${results.length}" failures="${fail}" errors="0" skipped="${notApplicable}" time="${seconds(time)}"`;
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(3);
