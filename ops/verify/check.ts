import { type AcceptanceArea, type AcceptanceId } from "@o2cqrs/contract";
import { type VerifyContext } from "./context.js";

export type Verdict = "pass" | "fail" | "notApplicable";

/** What a check found. */
export interface Finding {
  readonly verdict: Verdict;
  /** The figures or facts seen; for `notApplicable`, the reason. One line. */
  readonly evidence: string;
  /** Particulars, a line each: the offending stream, field, panel or record id, never personal data. */
  readonly details?: readonly string[];
  /** What to do about a failure, one sentence. */
  readonly cure?: string;
}

/** One acceptance item, measured. Throws only where the server cannot be asked. */
export type Check = (context: VerifyContext) => Promise<Finding>;

/** A finding with the item it belongs to. */
export interface CheckResult extends Finding {
  readonly id: AcceptanceId;
  readonly title: string;
  readonly area: AcceptanceArea;
  readonly threshold: string;
  readonly milliseconds: number;
}

/** What one run of `o2cqrs verify` found. */
export interface VerifyReport {
  readonly url: string;
  readonly organization: string;
  readonly stack: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly since: string;
  readonly results: readonly CheckResult[];
}

export const pass = (evidence: string): Finding => ({ verdict: "pass", evidence });

export const notApplicable = (reason: string): Finding => ({ verdict: "notApplicable", evidence: reason });

export const fail = (evidence: string, cure: string, details: readonly string[] = []): Finding => ({
  verdict: "fail",
  evidence,
  cure,
  details,
});

/** Passes when nothing is wrong; else fails with what is. */
export function judge(
  problems: readonly string[],
  finding: { readonly evidence: string; readonly cure: string },
): Finding {
  return problems.length === 0 ? pass(finding.evidence) : fail(finding.evidence, finding.cure, problems);
}

export function countVerdicts(results: readonly CheckResult[]): Record<Verdict, number> {
  const counts = { pass: 0, fail: 0, notApplicable: 0 };
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}
