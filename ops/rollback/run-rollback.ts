import { readdir } from "node:fs/promises";
import { messageOf, usageError } from "../cli/errors.js";
import { type Terminal } from "../cli/terminal.js";
import { visibleLine } from "../cli/visible-text.js";
import { annotateDashboards } from "../gate/annotate.js";
import { type Clock } from "../gate/clock.js";
import { type GateRecord, gateRecord, recordId } from "../gate/record.js";
import { gateStateFile, rollbackStateFile } from "../gate/run-gate.js";
import { ReleaseStore } from "../gate/store.js";
import { type TrafficDriver } from "../gate/traffic/driver.js";
import { type VerifyContext } from "../verify/context.js";
import { type ControlledProcess } from "./control-client.js";
import { type PauseChoice } from "./pausable.js";
import {
  type RollbackRecord,
  rollbackRecord,
  type RollbackStepId,
  rollbackStepIds,
  type RollbackStepRecord,
  type RollbackTrigger,
} from "./record.js";
import { reviewDocument } from "./review.js";
import { rollBack, undo } from "./rollback.js";
import { type RollbackParts, rollbackSteps } from "./steps.js";
import { minuteFigures } from "./timeline.js";

export interface RollbackOptions {
  readonly context: VerifyContext;
  readonly terminal: Pick<Terminal, "note" | "redact">;
  readonly clock: Clock;
  readonly traffic: TrafficDriver;
  readonly processes: readonly ControlledProcess[];
  readonly calm: RollbackParts["calm"];
  readonly pause: PauseChoice;
}

export interface RollbackResult {
  readonly record: RollbackRecord;
  /** The incident's record and the draft of its review. */
  readonly files: readonly string[];
}

/** Minutes of figures in a review where no gate says when the release began. */
const reviewMinutes = 30;

/**
 * Rolls a stack's release back, or goes on with a rollback that ended half-way. Where one has ended already nothing
 * is done again.
 * @param dryRun reads what each step would remember, and changes nothing
 * @throws OperatorError when another one runs
 */
export async function runRollback(
  options: RollbackOptions,
  trigger: RollbackTrigger,
  { dryRun = false } = {},
): Promise<RollbackResult> {
  const store = storeOf(options);
  return store.alone("rollback", async (lost) => {
    const gate = await newestGate(store);
    const parts = partsOf(options, gate, lost);
    if (dryRun)
      return finish(await rehearse(newRecord(options, trigger, true), parts, options), gate, store, options);
    const record =
      (await store.read(rollbackStateFile, rollbackRecord)) ?? newRecord(options, trigger, false);
    const save = async (changed: RollbackRecord) => {
      await store.write(rollbackStateFile, json(changed));
    };
    // From here on a gate that is under way stops.
    await save(record);
    const done = await rollBack(record, { ...runnerOf(options, parts), save });
    await store.remove(gateStateFile);
    const text = `${trigger.source}: ${trigger.reason}`;
    const mark = { title: `Rollback ${done.id}`, text, start: done.startedAt, end: options.clock.now() };
    const marked = {
      ...done,
      annotated: await annotateDashboards(options.context.admin, mark, parts.signal),
    };
    await save(marked);
    return finish(marked, gate, store, options);
  });
}

/** Steps that concern telemetry only; traffic is moved forward again by a gate, or when it is asked for. */
const telemetrySteps: readonly RollbackStepId[] = ["calm", "pause"];

export interface UndoOptions {
  /** Gives the canary the share that it had as well. */
  readonly withTraffic?: boolean;
  /** Addresses of processes that have ended since, and their settings with them. */
  readonly ended?: readonly string[];
}

/**
 * Undoes what the last rollback left behind: settings, paused streams and pipelines.
 * @throws OperatorError when there is nothing to undo, or a step cannot be undone
 */
export async function undoRollback(
  options: RollbackOptions,
  { withTraffic = false, ended = [] }: UndoOptions = {},
): Promise<RollbackResult> {
  const store = storeOf(options);
  return store.alone("rollback", async (lost) => {
    const found = await store.read(rollbackStateFile, rollbackRecord);
    if (found === undefined)
      throw usageError("No rollback of this stack is in force", "There is nothing to undo.");
    const gate = await newestGate(store);
    const parts = { ...partsOf(options, gate, lost), ended };
    const ids: readonly RollbackStepId[] = withTraffic ? ["traffic", ...telemetrySteps] : telemetrySteps;
    const save = async (changed: RollbackRecord) => {
      await store.write(rollbackStateFile, json(changed));
    };
    const undone = await undo(found, ids, { ...runnerOf(options, parts), save });
    const result = await finish(undone, gate, store, options);
    await store.remove(rollbackStateFile);
    return result;
  });
}

const storeOf = ({ context }: RollbackOptions) => new ReleaseStore(context.projectRoot, context.stack);

function partsOf(options: RollbackOptions, gate: GateRecord | undefined, lost: AbortSignal): RollbackParts {
  const { context, traffic, processes, calm, pause } = options;
  return {
    traffic,
    lastPercent: gate?.steps.at(-1)?.percent,
    processes,
    calm,
    pause,
    admin: context.admin,
    app: context.app,
    environment: context.environment,
    signal: AbortSignal.any([context.signal, lost]),
  };
}

const runnerOf = ({ terminal, clock }: RollbackOptions, parts: RollbackParts) => ({
  parts,
  clock,
  progress: (line: string) => {
    terminal.note(visibleLine(line));
  },
});

function newRecord(
  { context, clock }: RollbackOptions,
  trigger: RollbackTrigger,
  dryRun: boolean,
): RollbackRecord {
  const now = clock.now();
  return {
    format: 1,
    kind: "rollback",
    id: recordId(now),
    stack: context.stack,
    trigger,
    dryRun,
    startedAt: now,
    steps: rollbackStepIds.map((id) => ({ id, status: "pending" })),
  };
}

async function rehearse(
  record: RollbackRecord,
  parts: RollbackParts,
  { clock }: RollbackOptions,
): Promise<RollbackRecord> {
  const steps: RollbackStepRecord[] = [];
  for (const { id } of record.steps) {
    const at = clock.now();
    try {
      const step = rollbackSteps[id];
      const memory = (await step.prepare?.(parts)) ?? {};
      const detail = step.rehearse?.(parts, memory) ?? "would be taken";
      steps.push({ id, status: "pending", detail, at, memory });
    } catch (error) {
      parts.signal.throwIfAborted();
      steps.push({ id, status: "failed", detail: messageOf(error), at });
    }
  }
  return { ...record, steps, endedAt: clock.now() };
}

/** The gate under way, else the last that ended; a record of another version is passed over. */
async function newestGate(store: ReleaseStore): Promise<GateRecord | undefined> {
  const running = await store.read(gateStateFile, gateRecord);
  if (running !== undefined) return running;
  const names = await readdir(store.folder).catch(() => []);
  const newest = names
    .filter((name) => /^gate-.*\.json$/.test(name))
    .sort()
    .at(-1);
  return newest === undefined ? undefined : store.read(newest, gateRecord).catch(() => undefined);
}

async function finish(
  rollback: RollbackRecord,
  gate: GateRecord | undefined,
  store: ReleaseStore,
  { context, terminal, clock }: RollbackOptions,
): Promise<RollbackResult> {
  const start = Math.min(rollback.startedAt - reviewMinutes * 60_000, gate?.startedAt ?? Infinity);
  const figures = await minuteFigures(context.admin, { start, end: clock.now() }, context.signal).then(
    (minutes) => ({ minutes }),
    (error: unknown) => ({ minutes: [], blind: messageOf(error) }),
  );
  const write = (name: string, text: string) => store.write(name, terminal.redact(text));
  return {
    record: rollback,
    files: [
      await write(`rollback-${rollback.id}.json`, json(rollback)),
      await write(`review-${rollback.id}.md`, reviewDocument({ rollback, gate, ...figures })),
    ],
  };
}

const json = (record: RollbackRecord): string => `${JSON.stringify(record, null, 2)}\n`;
