import { applicationLogStream, cqrsOpenObserveConfig, stripTrailingSlashes } from "@o2cqrs/contract";
import { Command, InvalidArgumentError, Option } from "commander";
import { once } from "node:events";
import { parseDuration } from "../cli/duration.js";
import { messageOf, OperatorError, usageError } from "../cli/errors.js";
import { jsonOption, stackOption } from "../cli/options.js";
import { type Session, type Verb } from "../cli/session.js";
import { renderTable } from "../cli/table.js";
import { visibleLine } from "../cli/visible-text.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { systemClock } from "../gate/clock.js";
import { trafficDriver, type TrafficOptions, withTrafficOptions } from "../gate/traffic/options.js";
import { controlClient, type ControlledProcess } from "../rollback/control-client.js";
import { listenForAlerts } from "../rollback/listen/server.js";
import { type RollbackRecord } from "../rollback/record.js";
import { failedSteps } from "../rollback/rollback.js";
import {
  type RollbackOptions,
  type RollbackResult,
  runRollback,
  undoRollback,
} from "../rollback/run-rollback.js";
import { rollbackSteps } from "../rollback/steps.js";
import { openVerifyContext } from "../verify/context.js";

interface RollbackVerbOptions extends TrafficOptions {
  readonly stack: string;
  readonly reason: string;
  readonly control: readonly string[];
  readonly sampling: number;
  readonly batch: number;
  readonly pauseStream: readonly string[];
  readonly pausePipeline: readonly string[];
  readonly dryRun: boolean;
  readonly undo: boolean;
  readonly ended: readonly string[];
  readonly withTraffic: boolean;
  readonly listen?: number | true;
  readonly host: string;
  readonly json: boolean;
}

const { performance, tracing } = cqrsOpenObserveConfig.shape;
const lowestBatch = performance.unwrap().shape.batchSize.unwrap().minValue ?? 100;

export const rollback: Verb = (session) =>
  withTrafficOptions(new Command("rollback"))
    .description("take a release back: traffic, calmer telemetry, paused streams, cleared queues, a review")
    .addOption(stackOption())
    .option("--reason <text>", "why, for the incident's record", "an operator decided")
    .option("--control <urls...>", "control endpoints of the application's processes", [])
    .option("--sampling <share>", "share of traces kept at most, 0 to 1", parseSampling, 0.1)
    .option("--batch <records>", "records a request at most", parseBatch, lowestBatch)
    .option("--pause-stream <names...>", "noisy streams, paused at the source", [applicationLogStream])
    .option("--pause-pipeline <names...>", "pipelines switched off; never one that masks", [])
    .addOption(
      new Option("--dry-run", "say what would be done, change nothing")
        .default(false)
        .conflicts(["undo", "listen"]),
    )
    .addOption(new Option("--undo", "undo the last rollback's measures").default(false).conflicts("listen"))
    .option(
      "--ended <urls...>",
      "with --undo: control endpoints of processes that have ended since, and their settings with them",
      [],
    )
    .option("--with-traffic", "with --undo: give the canary back its share of traffic", false)
    .option("--listen [port]", "wait for alert webhooks, and roll back when one says so", parsePort)
    .option("--host <address>", "with --listen: address that is listened at", "127.0.0.1")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
O2CQRS_CONTROL_TOKEN is the token of the control endpoints, O2CQRS_WEBHOOK_TOKEN that of alert webhooks.
Run again after a failure: what is done is not done twice. Exit codes: 0 every step done, 1 a step failed.`,
    )
    .action((options: RollbackVerbOptions) => openRollback(options, session));

function parseSampling(text: string): number {
  const parsed = tracing.unwrap().shape.samplingRate.unwrap().safeParse(Number(text));
  if (text.trim() === "" || !parsed.success) throw new InvalidArgumentError("Write a number from 0 to 1.");
  return parsed.data;
}

function parseBatch(text: string): number {
  const parsed = performance.unwrap().shape.batchSize.unwrap().safeParse(Number(text));
  if (!parsed.success) throw new InvalidArgumentError("Write a number of records from 100 to 1000.");
  return parsed.data;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new InvalidArgumentError("Write a port.");
  return port;
}

async function openRollback(options: RollbackVerbOptions, session: Session): Promise<void> {
  const { terminal } = session;
  if (options.withTraffic && !options.undo)
    throw usageError(
      "--with-traffic gives the canary its traffic back and belongs to --undo",
      "Write o2cqrs rollback --undo --with-traffic, or leave it out.",
    );
  const processes = controlledProcesses(options.control, session);
  const traffic = await trafficDriver(options, session);
  const context = await openVerifyContext({
    session,
    deployer: await findDeployer(session, options.stack),
    stack: options.stack,
    since: parseDuration("30m"),
    // Telemetry that is interrupted is a reason to roll back, so traffic is moved without it too.
    evenUnreachable: true,
  });
  context.secrets.forEach((secret) => {
    terminal.hide(secret);
  });
  const run: RollbackOptions = {
    context,
    terminal,
    clock: systemClock,
    traffic,
    processes,
    calm: { samplingRate: options.sampling, batchSize: options.batch },
    pause: { streams: options.pauseStream, pipelines: options.pausePipeline },
  };
  try {
    if (options.listen !== undefined) await listen(options, run, session);
    else if (options.undo)
      report(
        await undoRollback(run, {
          withTraffic: options.withTraffic,
          ended: options.ended.map(stripTrailingSlashes),
        }),
        options,
        session,
      );
    else {
      const trigger = { source: "operator", reason: options.reason.slice(0, 2000) } as const;
      report(await runRollback(run, trigger, { dryRun: options.dryRun }), options, session);
    }
  } finally {
    await Promise.all([context.close(), traffic.close()]);
  }
}

function controlledProcesses(urls: readonly string[], { env, terminal }: Session): ControlledProcess[] {
  const token = env.O2CQRS_CONTROL_TOKEN ?? "";
  terminal.hide(token);
  if (urls.length > 0 && token === "")
    throw usageError("--control needs the endpoints' token", "Give it in O2CQRS_CONTROL_TOKEN.");
  return urls.map((url) => controlClient(url, token));
}

/** Rolls back whenever an alert says so, until Ctrl-C. */
async function listen(options: RollbackVerbOptions, run: RollbackOptions, session: Session): Promise<void> {
  const { terminal, env, signal } = session;
  const token = env.O2CQRS_WEBHOOK_TOKEN ?? "";
  terminal.hide(token);
  const listener = await listenForAlerts({
    token,
    host: options.host,
    port: options.listen === true ? undefined : options.listen,
    environment: run.context.environment,
    async onTrigger(trigger) {
      try {
        terminal.note(visibleLine(`Alert ${trigger.alert ?? ""}: ${trigger.reason}`));
        report(await runRollback(run, trigger), options, session);
      } catch (error) {
        terminal.note(`The rollback did not end well: ${messageOf(error)}`);
      }
    },
  });
  try {
    terminal.note(`Listening for alerts at ${listener.url}/alerts; Ctrl-C ends.`);
    if (!signal.aborted) await once(signal, "abort");
    signal.throwIfAborted();
  } finally {
    await listener.close();
  }
}

/** @throws OperatorError naming the steps that failed */
function report(
  { record, files }: RollbackResult,
  { json }: RollbackVerbOptions,
  { terminal }: Session,
): void {
  const rows = record.steps.map(({ id, status, detail }) => [rollbackSteps[id].title, status, detail ?? ""]);
  terminal.print(
    json
      ? JSON.stringify({ ...record, files }, null, 2)
      : renderTable(["step", "status", "what was done"], rows, terminal.width),
  );
  for (const file of files) terminal.note(file);
  const failed = failedSteps(record).map(({ id }) => rollbackSteps[id].title);
  if (failed.length > 0)
    throw new OperatorError(`${failed.length} steps failed: ${failed.join("; ")}. ${trafficIn(record)}`, {
      cure: "Mend what their messages name, and run the rollback again: it goes on with them.",
    });
}

/** What matters first: who has the traffic now. */
function trafficIn({ steps, dryRun }: RollbackRecord): string {
  const step = steps.find(({ id }) => id === "traffic");
  if (dryRun || step === undefined) return "Nothing was changed.";
  return step.status === "done" ? `Traffic: ${step.detail ?? ""}.` : "The canary may still have traffic.";
}
