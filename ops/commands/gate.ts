import { canary } from "@o2cqrs/contract";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Duration, parseDuration } from "../cli/duration.js";
import { exitCodes, OperatorError, usageError } from "../cli/errors.js";
import { durationOption, jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { shellWord } from "../cli/shell-word.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { systemClock } from "../gate/clock.js";
import { outcomeError } from "../gate/outcome-error.js";
import { gateRecord } from "../gate/record.js";
import { gateText } from "../gate/report/terminal.js";
import { gateStateFile, runGate } from "../gate/run-gate.js";
import { gateSettings } from "../gate/settings.js";
import { standingOf, stuckGate } from "../gate/standing.js";
import { ReleaseStore } from "../gate/store.js";
import { type TrafficDriver } from "../gate/traffic/driver.js";
import {
  trafficArguments,
  trafficDriver,
  type TrafficOptions,
  withTrafficOptions,
} from "../gate/traffic/options.js";
import { openVerifyContext, type VerifyContext } from "../verify/context.js";

interface GateVerbOptions extends TrafficOptions {
  readonly stack: string;
  readonly canary: string;
  readonly stable?: string;
  readonly service?: string;
  readonly steps: readonly number[];
  readonly observe: Duration;
  /** Absent where it was not said. */
  readonly atMost?: Duration;
  readonly interval: Duration;
  readonly minSample: number;
  readonly significance: number;
  readonly dryRun: boolean;
  readonly restart: boolean;
  readonly json: boolean;
}

const defaults = gateSettings.parse({});

const minutes = (count: number) => parseDuration(`${count}m`);

export const gate: Verb = (session) =>
  withTrafficOptions(new Command("gate"))
    .description("let a release through step by step: promote, hold or roll back by its figures")
    .addOption(stackOption())
    .requiredOption("--canary <version>", "version on trial, as its records say it")
    .option("--stable <version>", "version to compare with; default the other one with most commands")
    .option("--service <name>", "only this service's telemetry")
    .addOption(
      new Option("--steps <percents>", "traffic of each step")
        .argParser(parseSteps)
        .default(canary.trafficPercent, canary.trafficPercent.join(",")),
    )
    .addOption(
      durationOption(
        "--observe <time>",
        "how long each step is observed at least",
        `${canary.minObservationMinutes}m`,
      ),
    )
    .addOption(
      new Option(
        "--at-most <time>",
        `and at most, before it is held (default: ${canary.maxObservationMinutes}m, or --observe where that is longer)`,
      ).argParser(parseDuration),
    )
    .addOption(durationOption("--interval <time>", "time between two looks", "1m"))
    .option("--min-sample <n>", "operations that a figure needs", parseNumber, defaults.minSample)
    .option("--significance <p>", "chance that is taken for none", parseNumber, defaults.significance)
    .option("--dry-run", "look once, say what would be done, move no traffic", false)
    .option("--restart", "forget the gate that is under way", false)
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Exit codes: 0 promoted (or rehearsed), 1 rolled back, or nothing to rehearse with,
4 held: a person decides, 5 another gate of the stack is under way. When it was killed, interrupted
or held, the same command goes on with the step that it was at. Reports: .o2cqrs/releases/STACK/.`,
    )
    .action((options: GateVerbOptions) => openGate(options, session));

function parseSteps(text: string): readonly number[] {
  const parsed = gateSettings.shape.steps.safeParse(text.split(",").map(Number));
  if (!parsed.success)
    throw new InvalidArgumentError("Write rising percents, the last of them 100: 5,25,50,100.");
  return parsed.data;
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Write a number.");
  return value;
}

/** What cannot be meant is refused: guessing would release, or hold, something else. */
function refuseContradictions({ canary: tried, stable, observe, atMost }: GateVerbOptions): void {
  if (tried === stable)
    throw usageError(
      `--canary and --stable are both ${tried}: a version cannot be compared with itself`,
      "Name the version that runs already with --stable, or leave it out.",
    );
  if (atMost !== undefined && atMost.milliseconds < observe.milliseconds)
    throw usageError(
      `--at-most ${atMost.text} is shorter than --observe ${observe.text}`,
      "Lengthen the one or shorten the other.",
    );
}

async function openGate(options: GateVerbOptions, session: Session): Promise<void> {
  const { terminal } = session;
  refuseContradictions(options);
  const settings = gateSettings.safeParse({
    steps: [...options.steps],
    minObservationMs: options.observe.milliseconds,
    maxObservationMs:
      options.atMost?.milliseconds ??
      Math.max(options.observe.milliseconds, minutes(canary.maxObservationMinutes).milliseconds),
    intervalMs: Math.min(options.interval.milliseconds, options.observe.milliseconds),
    minSample: options.minSample,
    significance: options.significance,
  });
  if (!settings.success) {
    const problems = settings.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new OperatorError(problems.join("; "), { exitCode: exitCodes.usage });
  }
  const traffic = await trafficDriver(options, session);
  const context = await openContext(options, traffic, session);
  context.secrets.forEach((secret) => {
    terminal.hide(secret);
  });
  try {
    const { record, files } = await runGate({
      context,
      terminal,
      clock: systemClock,
      traffic,
      canary: options.canary,
      stable: options.stable,
      service: options.service,
      settings: settings.data,
      dryRun: options.dryRun,
      restart: options.restart,
    });
    if (options.json) terminal.print(JSON.stringify({ ...record, files }, null, 2));
    else terminal.printColoured(gateText(record, terminal));
    for (const file of files) terminal.note(file);
    const error = outcomeError(record);
    if (error !== undefined) throw error;
  } catch (error) {
    if (session.signal.aborted) await tellStanding(options, session);
    throw error;
  } finally {
    await Promise.all([context.close(), traffic.close()]);
  }
}

/** @throws OperatorError that says where the traffic stands, when a gate is under way and the server is not there */
async function openContext(
  options: GateVerbOptions,
  traffic: TrafficDriver,
  session: Session,
): Promise<VerifyContext> {
  const { stack } = options;
  try {
    return await openVerifyContext({
      session,
      deployer: await findDeployer(session, stack),
      stack,
      since: minutes(15),
    });
  } catch (error) {
    const told = await withStanding(error, options, traffic, session);
    await traffic.close();
    throw told;
  }
}

const recordUnderWay = (projectRoot: string, stack: string) =>
  new ReleaseStore(projectRoot, stack).read(gateStateFile, gateRecord).catch(() => undefined);

/** The command that takes the traffic back, with the traffic options of this one. */
const rollbackCommand = (options: GateVerbOptions): string =>
  ["o2cqrs", "rollback", "--stack", options.stack, ...trafficArguments(options)].map(shellWord).join(" ");

/** An operator who interrupts a gate leaves traffic behind. */
async function tellStanding(options: GateVerbOptions, { terminal, projectRoot }: Session): Promise<void> {
  const record = await recordUnderWay(projectRoot, options.stack);
  if (record === undefined) return;
  terminal.note(`${standingOf(record)}.`);
  terminal.note(`Run the same command to go on, or take the traffic back: ${rollbackCommand(options)}`);
}

async function withStanding(
  error: unknown,
  options: GateVerbOptions,
  traffic: TrafficDriver,
  { projectRoot, signal }: Session,
): Promise<unknown> {
  if (!(error instanceof OperatorError)) return error;
  const record = await recordUnderWay(projectRoot, options.stack);
  if (record === undefined) return error;
  const percent = await traffic.read(signal).catch(() => undefined);
  return stuckGate(error, { record, percent, rollback: rollbackCommand(options) });
}
