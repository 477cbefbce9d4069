import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { allTests, failedTests, junitReport, textReport } from "../alerts/report.js";
import { shippedCaseFiles, testFiles } from "../alerts/test-files.js";
import { OperatorError } from "../cli/errors.js";
import { jsonOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";

interface TestOptions {
  readonly json: boolean;
  readonly junit?: string;
}

export const alerts: Verb = (session) =>
  new Command("alerts").description("try the alerts without a server").addCommand(
    new Command("test")
      .description("run cases of series and records over time against the alerts, on a virtual clock")
      .argument("[files...]", "YAML files of cases; all that come with the project when none is given")
      .addOption(jsonOption())
      .option("--junit <file>", "write a JUnit XML report")
      .action((files: string[], options: TestOptions) => runAlertTests(files, options, session)),
  );

async function runAlertTests(
  files: readonly string[],
  { json, junit }: TestOptions,
  { terminal, projectRoot, signal }: Session,
): Promise<void> {
  const chosen = files.length > 0 ? files : await shippedCaseFiles(projectRoot);
  const results = await terminal.during("Testing the alerts", () => testFiles(chosen, signal));
  if (junit !== undefined) await writeFile(junit, junitReport(results));
  if (json) terminal.print(JSON.stringify(results, null, 2));
  else terminal.printColoured(textReport(results, terminal));
  const failed = failedTests(allTests(results)).length;
  if (failed > 0) throw new OperatorError(`${failed} alert ${failed === 1 ? "case" : "cases"} failed.`);
}
