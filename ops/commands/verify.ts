import { type AcceptanceId, acceptanceIds } from "@o2cqrs/contract";
import { Command, InvalidArgumentError } from "commander";
import { type Duration } from "../cli/duration.js";
import { durationOption, jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { openVerifyContext } from "../verify/context.js";
import { systemClock } from "../verify/drill/clock.js";
import { requireWritable, writeReport } from "../storage/report-file.js";
import { htmlReport } from "../verify/report/html.js";
import { junitReport } from "../verify/report/junit.js";
import { tableReport } from "../verify/report/table.js";
import { failuresOf, verify as runChecks } from "../verify/verify.js";

interface VerifyOptions {
  readonly stack: string;
  readonly only?: readonly AcceptanceId[];
  readonly since: Duration;
  readonly settle: Duration;
  readonly pii: boolean;
  readonly alerts: boolean;
  readonly json: boolean;
  readonly junit?: string;
  readonly html?: string;
}

const piiChecks: readonly AcceptanceId[] = ["pipelines-enabled", "pii-probe", "pii-sample", "no-quarantine"];
const alertChecks: readonly AcceptanceId[] = [
  "alerts-enabled",
  "dlq-alert-immediate",
  "alert-notifications",
  "alert-history",
  "alert-drill",
];

export const verify: Verb = (session) =>
  new Command("verify")
    .description("check every acceptance item against the running stack")
    .addOption(stackOption())
    .option("--only <ids...>", `only these checks: ${acceptanceIds.join(", ")}`, collectIds)
    .addOption(durationOption("--since <time>", "how far back telemetry is read", "15m"))
    .addOption(
      durationOption("--settle <time>", "how long telemetry may take to arrive before it is missed", "15s"),
    )
    .option("--pii", "only the checks of masking, leak probe included", false)
    .option("--alerts", "only the checks of alerts, drill included: it makes every alert fire", false)
    .addOption(jsonOption())
    .option("--junit <file>", "write a JUnit XML report")
    .option("--html <file>", "write a report as one HTML page")
    .action((options: VerifyOptions) => runVerify(options, session));

function collectIds(text: string, before: readonly AcceptanceId[] = []): readonly AcceptanceId[] {
  const ids = text.split(",").map((id) => {
    const known = acceptanceIds.find((each) => each === id.trim());
    if (known === undefined) throw new InvalidArgumentError(`There is no check ${id.trim()}.`);
    return known;
  });
  return [...before, ...ids];
}

async function runVerify(options: VerifyOptions, session: Session): Promise<void> {
  const { terminal } = session;
  const { stack, since, settle, junit, html } = options;
  const reports = [
    ...(junit === undefined ? [] : [{ path: junit, text: junitReport }]),
    ...(html === undefined ? [] : [{ path: html, text: htmlReport }]),
  ];
  // The checks take minutes: a report that has nowhere to go is told of before them.
  for (const { path } of reports) await requireWritable(path);
  const deployer = await findDeployer(session, stack);
  const only = selection(options);
  const context = await openVerifyContext({
    session,
    deployer,
    stack,
    since,
    settleSeconds: settle.milliseconds / 1000,
    ...(only?.includes("alert-drill") === true && { drill: systemClock }),
  });
  context.secrets.forEach((secret) => {
    terminal.hide(secret);
  });
  try {
    const report = await terminal.during(`Checking stack ${stack}`, () =>
      runChecks(context, only === undefined ? {} : { only }),
    );
    if (options.json) terminal.print(JSON.stringify(report, null, 2));
    else terminal.printColoured(tableReport(report, terminal));
    for (const { path, text } of reports) await writeReport(path, terminal.redact(text(report)));
    const failures = failuresOf(report);
    if (failures !== undefined) throw failures;
  } finally {
    await context.close();
  }
}

function selection({ only, pii, alerts }: VerifyOptions): readonly AcceptanceId[] | undefined {
  const chosen = [...(only ?? []), ...(pii ? piiChecks : []), ...(alerts ? alertChecks : [])];
  return chosen.length === 0 ? undefined : chosen;
}
