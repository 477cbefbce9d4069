import { OpenObserveError } from "@o2cqrs/providers/client";
import { exitCodes, messageOf, OperatorError, usageError } from "../cli/errors.js";
import { type Terminal } from "../cli/terminal.js";
import { visibleLine } from "../cli/visible-text.js";
import { type VerifyContext } from "../verify/context.js";
import { annotateDashboards } from "./annotate.js";
import { type Clock, isoTime } from "./clock.js";
import { Gate, resumed, type Window } from "./gate.js";
import { observer } from "./observe.js";
import { type GateRecord, gateRecord, recordId } from "./record.js";
import { rehearsal } from "./rehearse.js";
import { gateHtml } from "./report/html.js";
import { gateMarkdown } from "./report/markdown.js";
import { outcomeLine } from "./report/summary.js";
import { gateSettings, type GateSettingsInput } from "./settings.js";
import { ReleaseStore } from "./store.js";
import { type TrafficDriver } from "./traffic/driver.js";

export interface GateOptions {
  readonly context: VerifyContext;
  readonly terminal: Pick<Terminal, "note" | "redact">;
  readonly clock: Clock;
  readonly traffic: TrafficDriver;
  /** Version on trial, as its records say it. */
  readonly canary: string;
  /** Default: the other version with the most commands in the last hour. */
  readonly stable?: string | undefined;
  readonly service?: string | undefined;
  readonly settings: GateSettingsInput;
  /** Looks once and says what it would do; moves no traffic. */
  readonly dryRun: boolean;
  /** Forgets what is under way and begins anew. */
  readonly restart: boolean;
}

export interface GateResult {
  readonly record: GateRecord;
  /** The reports that were written. */
  readonly files: readonly string[];
}

/** What a gate keeps while it is under way. */
export const gateStateFile = "gate.state";

const hour = 3_600_000;

/**
 * Runs a gate of a stack, or goes on with the one that is under way; one at a time.
 * @throws OperatorError when another one runs, when what is under way is of another release, or when traffic
 * cannot be moved
 */
export async function runGate(options: GateOptions): Promise<GateResult> {
  const store = new ReleaseStore(options.context.projectRoot, options.context.stack);
  if (options.dryRun) return finish(await rehearse(options), store, options);
  return store.alone("gate", async (lost) => {
    await refuseDuringRollback(store);
    const record = await recordToRun(options, store);
    const save = async (changed: GateRecord) => {
      await store.write(gateStateFile, json(changed));
    };
    await save(record);
    const seen = observer(options.context, record.service);
    const ended = await new Gate(record, {
      clock: options.clock,
      traffic: options.traffic,
      observe: (window, stableWindow) => seen.observe(record, window, stableWindow),
      save,
      mayGoOn: () => refuseDuringRollback(store),
      progress: (line) => options.terminal.note(`${isoTime(options.clock.now())}  ${visibleLine(line)}`),
      signal: AbortSignal.any([options.context.signal, lost]),
    }).run();
    const result = await finish(await annotated(ended, options), store, options);
    // A held gate stays: the next run goes on with it.
    if (ended.outcome?.kind !== "held") await store.remove(gateStateFile);
    return result;
  });
}

/** What a rollback keeps until its measures are undone. */
export const rollbackStateFile = "rollback.state";

async function refuseDuringRollback(store: ReleaseStore): Promise<void> {
  if (await store.has(rollbackStateFile))
    throw new OperatorError("This stack was rolled back, and the rollback's measures still hold", {
      cure: "End them with o2cqrs rollback --undo, then run the gate.",
    });
}

async function recordToRun(options: GateOptions, store: ReleaseStore): Promise<GateRecord> {
  const found = options.restart ? undefined : await store.read(gateStateFile, gateRecord);
  if (found === undefined) return newRecord(options);
  if (found.canary !== options.canary || (options.stable ?? found.stable) !== found.stable)
    throw usageError(
      `A gate of release ${found.canary} (stable ${found.stable}) is under way`,
      "End it first: run it to its end, o2cqrs rollback, or --restart to forget it.",
    );
  // Its steps would be observed, and promoted, while nothing moves.
  if (options.traffic.observesOnly && found.traffic !== options.traffic.title)
    throw usageError(
      `Gate ${found.id} moves traffic by ${found.traffic}, and this command moves none`,
      "Give the same --traffic as before; or --restart to forget the gate.",
    );
  options.terminal.note(`Going on with gate ${found.id}`);
  return resumed(found, options.clock.now());
}

async function newRecord(options: GateOptions): Promise<GateRecord> {
  const { context, clock, canary, service, traffic } = options;
  const now = clock.now();
  return {
    format: 1,
    kind: "gate",
    id: recordId(now),
    stack: context.stack,
    ...(service !== undefined && { service }),
    canary,
    stable: options.stable ?? (await findStable(options)),
    traffic: traffic.title,
    settings: gateSettings.parse(options.settings),
    startedAt: now,
    resumedAt: [],
    phase: { kind: "shifting", step: 0 },
    steps: [],
  };
}

async function findStable({ context, clock, canary, service }: GateOptions): Promise<string> {
  const now = clock.now();
  const found = await figures(
    observer(context, service).stableVersion(canary, { start: now - hour, end: now }),
    context,
  );
  if (found !== undefined) return found;
  throw usageError(
    `No command of another version than ${canary} was recorded in the last hour`,
    "Name the stable version with --stable, and see that its telemetry arrives.",
  );
}

/** Figures that nothing can be begun without. @throws OperatorError when they cannot be read */
async function figures<Figures>(reading: Promise<Figures>, { signal }: VerifyContext): Promise<Figures> {
  try {
    return await reading;
  } catch (error) {
    signal.throwIfAborted();
    throw new OperatorError(`The figures of the versions cannot be read: ${messageOf(error)}`, {
      exitCode:
        error instanceof OpenObserveError && error.status !== undefined
          ? exitCodes.failed
          : exitCodes.unreachable,
      cure: "See what OpenObserve lacks: o2cqrs doctor. Nothing was moved.",
      cause: error,
    });
  }
}

/** Looks once; nothing is moved. */
async function rehearse(options: GateOptions): Promise<GateRecord> {
  const { context, clock, terminal, traffic } = options;
  const record = await newRecord(options);
  const percent = await traffic.read(context.signal);
  terminal.note(
    `Traffic: ${traffic.title}; the canary has ${percent === undefined ? "an unknown share" : `${percent}%`}`,
  );
  const now = clock.now();
  const window: Window = { start: now - record.settings.minObservationMs, end: now };
  const observation = await figures(
    observer(context, record.service).observe(record, window, window),
    context,
  );
  return rehearsal(record, { observation, percent, window });
}

async function annotated(record: GateRecord, { context }: GateOptions): Promise<GateRecord> {
  const { outcome, startedAt } = record;
  if (outcome === undefined) return record;
  const mark = { title: outcomeLine(record), text: outcome.reason, start: startedAt, end: outcome.at };
  return { ...record, annotated: await annotateDashboards(context.admin, mark, context.signal) };
}

async function finish(
  record: GateRecord,
  store: ReleaseStore,
  { terminal }: GateOptions,
): Promise<GateResult> {
  const write = (extension: string, text: string) =>
    store.write(`gate-${record.id}.${extension}`, terminal.redact(text));
  return {
    record,
    files: [
      await write("json", json(record)),
      await write("md", gateMarkdown(record)),
      await write("html", gateHtml(record)),
    ],
  };
}

const json = (record: GateRecord): string => `${JSON.stringify(record, null, 2)}\n`;
