import { basename } from "node:path";
import { z } from "zod";
import { messageOf, usageError } from "../cli/errors.js";

const resultsSchema = z.array(
  z.looseObject({
    file: z.string(),
    tests: z.array(z.looseObject({ name: z.string(), failures: z.array(z.string()) })),
  }),
);

/** What became of the alerts' cases, as `o2cqrs alerts test --json` writes it. */
export type AlertTests = z.output<typeof resultsSchema>;

/** @throws OperatorError when the text is not that of `o2cqrs alerts test --json` */
export function parseAlertTests(text: string): AlertTests {
  try {
    return resultsSchema.parse(JSON.parse(text));
  } catch (error) {
    throw usageError(
      `These are not results of alert tests: ${messageOf(error)}`,
      "Write them with: o2cqrs alerts test --json.",
    );
  }
}

export interface FailedCase {
  readonly file: string;
  readonly name: string;
  readonly failures: readonly string[];
}

export const caseCount = (results: AlertTests): number =>
  results.reduce((sum, { tests }) => sum + tests.length, 0);

export const failedCases = (results: AlertTests): FailedCase[] =>
  results.flatMap(({ file, tests }) =>
    tests
      .filter(({ failures }) => failures.length > 0)
      .map(({ name, failures }) => ({ file: basename(file), name, failures })),
  );
