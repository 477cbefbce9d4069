import { Command } from "commander";
import { EnvironmentError } from "openobserve-cqrs/runtime/env";
import { type Duration } from "../cli/duration.js";
import { OperatorError, usageError } from "../cli/errors.js";
import { durationOption, jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { type Diagnosis, examine, unreachable } from "../doctor/examine.js";
import { type Topic, topicNames } from "../doctor/observation.js";
import { doctorReport } from "../doctor/report.js";
import { openVerifyContext } from "../verify/context.js";

interface DoctorOptions {
  readonly stack: string;
  readonly since: Duration;
  readonly only?: readonly string[];
  readonly json: boolean;
}

const help = `
Reads what the application sent and says for each topic what was checked, what was seen and what to do. The only
things that it sends are empty batches, to see whether the token is taken and the endpoints answer.

Exit codes: 0 no problem found, 1 a problem found (a server that cannot be reached is one), 2 wrong usage,
130 interrupted.`;

export const doctor: Verb = (session) =>
  new Command("doctor")
    .description("find out what is wrong: 401/403, cache, retries, handlers, missing data, OTLP, timers")
    .addOption(stackOption())
    .option("--only <topics...>", `only these: ${topicNames.join(", ")}`)
    .addOption(durationOption("--since <time>", "how far back telemetry is read", "15m"))
    .addOption(jsonOption())
    .addHelpText("after", help)
    .action((options: DoctorOptions) => runDoctor(options, session));

async function runDoctor(options: DoctorOptions, session: Session): Promise<void> {
  const { terminal } = session;
  const only = chosenTopics(options.only);
  const diagnoses = await terminal.during(`Examining stack ${options.stack}`, () =>
    diagnose(options, only, session),
  );
  if (options.json) terminal.print(JSON.stringify({ stack: options.stack, diagnoses }, null, 2));
  else terminal.printColoured(doctorReport(diagnoses, terminal));
  const ill = diagnoses.filter(({ verdict }) => verdict === "problem").map(({ topic }) => topic);
  if (ill.length > 0)
    throw new OperatorError(`Problems found: ${ill.join(", ")}`, {
      cure: "Each problem above says what to do.",
    });
}

function chosenTopics(only: readonly string[] | undefined): readonly Topic[] {
  if (only === undefined) return topicNames;
  return only
    .flatMap((text) => text.split(","))
    .map((text) => {
      const topic = topicNames.find((name) => name === text.trim());
      if (topic !== undefined) return topic;
      throw usageError(`There is no topic ${text}`, `Topics: ${topicNames.join(", ")}.`);
    });
}

async function diagnose(
  { stack, since }: DoctorOptions,
  only: readonly Topic[],
  session: Session,
): Promise<Diagnosis[]> {
  const deployer = await findDeployer(session, stack);
  const context = await openVerifyContext({ session, deployer, stack, since }).catch(
    (error: unknown) => error,
  );
  if (!isContext(context)) {
    session.signal.throwIfAborted();
    if (context instanceof EnvironmentError)
      return unreachable(context, "Deploy the stack again: o2cqrs up.", only);
    if (context instanceof OperatorError && context.cause !== undefined)
      return unreachable(context, context.cure ?? "Mend what the message names.", only);
    throw context;
  }
  context.secrets.forEach((secret) => {
    session.terminal.hide(secret);
  });
  try {
    return await examine({ ...context, shellEnv: session.env }, only);
  } finally {
    await context.close();
  }
}

type Context = Awaited<ReturnType<typeof openVerifyContext>>;

const isContext = (opened: unknown): opened is Context =>
  typeof opened === "object" && opened !== null && "appConfig" in opened;
