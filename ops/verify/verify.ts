import { performance } from "node:perf_hooks";
import { type AcceptanceId, acceptanceIds, acceptanceItems } from "@o2cqrs/contract";
import { messageOf, OperatorError } from "../cli/errors.js";
import { checks } from "./catalogue.js";
import { type CheckResult, fail, type Finding, type VerifyReport } from "./check.js";
import { type VerifyContext } from "./context.js";

export interface VerifyOptions {
  /** Only these checks; default all. */
  readonly only?: readonly AcceptanceId[];
  /** Told before each check. */
  readonly onCheck?: (id: AcceptanceId) => void;
}

/** Runs the checks, one after the other: some write probes, which must not meet. */
export async function verify(context: VerifyContext, options: VerifyOptions): Promise<VerifyReport> {
  const startedAt = new Date().toISOString();
  const results: CheckResult[] = [];
  for (const id of acceptanceIds) {
    if (options.only !== undefined && !options.only.includes(id)) continue;
    context.signal.throwIfAborted();
    options.onCheck?.(id);
    results.push(await run(id, context));
  }
  return {
    url: context.appConfig.baseUrl,
    organization: context.appConfig.org,
    stack: context.stack,
    startedAt,
    since: context.since.text,
    results,
  };
}

async function run(id: AcceptanceId, context: VerifyContext): Promise<CheckResult> {
  const { title, area, threshold } = acceptanceItems[id];
  const started = performance.now();
  const finding = await attempt(id, context);
  return { id, title, area, threshold, ...finding, milliseconds: Math.round(performance.now() - started) };
}

/** What cannot be asked has not been shown to hold. */
async function attempt(id: AcceptanceId, context: VerifyContext): Promise<Finding> {
  try {
    return await checks[id](context);
  } catch (error) {
    context.signal.throwIfAborted();
    return fail(
      `could not be checked: ${messageOf(error)}`,
      "Mend what the message names, then verify again.",
    );
  }
}

/** The error that a report with failures ends in. */
export function failuresOf(report: VerifyReport): OperatorError | undefined {
  const failed = report.results.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
  if (failed.length === 0) return undefined;
  return new OperatorError(
    `${failed.length} of ${report.results.length} checks failed: ${failed.join(", ")}`,
    {
      cure: "Each failure above says what to do.",
    },
  );
}
