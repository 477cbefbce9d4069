import { basename } from "node:path";
import { type Terminal } from "../cli/terminal.js";
import { visibleLine } from "../cli/visible-text.js";
import { escapeMarkup } from "../verify/report/escape.js";
import { type TestResult } from "./run-test.js";

/** What became of the cases of a file. */
export interface FileResult {
  readonly file: string;
  readonly tests: readonly TestResult[];
}

export const allTests = (files: readonly FileResult[]) => files.flatMap(({ tests }) => tests);
export const failedTests = (tests: readonly TestResult[]) =>
  tests.filter(({ failures }) => failures.length > 0);

/** Failures in full, files in a line each, and a sum. */
export function textReport(files: readonly FileResult[], { colours }: Terminal): string {
  const lines = files.flatMap(({ file, tests }) => {
    const failed = failedTests(tests);
    const word = failed.length === 0 ? colours.green("pass") : colours.red("FAIL");
    return [
      `${word}  ${visibleLine(basename(file))}: ${tests.length - failed.length} of ${tests.length}`,
      ...failed.flatMap(({ name, failures }) => [
        visibleLine(`      ${name}`),
        ...failures.map((failure) => visibleLine(`        ${failure}`)),
      ]),
    ];
  });
  const tests = allTests(files);
  const failures = failedTests(tests).length;
  return [...lines, `${tests.length} cases, ${failures} failed, ${Math.round(timeOf(tests))} ms`].join("\n");
}

/** JUnit XML: a test suite a file, a test case a case. */
export function junitReport(files: readonly FileResult[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="o2cqrs alerts test" ${counts(allTests(files))}>`,
    ...files.flatMap(({ file, tests }) => [
      `  <testsuite name="${escapeMarkup(basename(file))}" ${counts(tests)}>`,
      ...tests.map((test) => testCase(file, test)),
      "  </testsuite>",
    ]),
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(file: string, { name, failures, milliseconds }: TestResult): string {
  const open = `    <testcase classname="${escapeMarkup(basename(file))}" name="${escapeMarkup(name)}" time="${seconds(milliseconds)}"`;
  const [first] = failures;
  if (first === undefined) return `${open}/>`;
  const failure = `<failure message="${escapeMarkup(first)}">${escapeMarkup(failures.join("\n"))}</failure>`;
  return `${open}>${failure}</testcase>`;
}

const counts = (tests: readonly TestResult[]) =>
  `tests="${tests.length}" failures="${failedTests(tests).length}" errors="0" time="${seconds(timeOf(tests))}"`;
const timeOf = (tests: readonly TestResult[]) =>
  tests.reduce((total, { milliseconds }) => total + milliseconds, 0);
const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(3);
