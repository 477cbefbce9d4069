import { countVerdicts, type CheckResult, type Verdict } from "../check.js";

export const verdictTitles: Readonly<Record<Verdict, string>> = {
  pass: "pass",
  fail: "FAIL",
  notApplicable: "n/a",
};

/** `28 passed, 0 failed, 4 not applicable`. */
export function summaryLine(results: readonly CheckResult[]): string {
  const { pass, fail, notApplicable } = countVerdicts(results);
  return `${pass} passed, ${fail} failed, ${notApplicable} not applicable`;
}
