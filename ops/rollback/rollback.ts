import { messageOf } from "../cli/errors.js";
import { type Clock } from "../gate/clock.js";
import { incompleteUndo, type UndoFailure } from "./failures.js";
import { merged, type RollbackRecord, type RollbackStepId, type RollbackStepRecord } from "./record.js";
import { type RollbackParts, rollbackSteps } from "./steps.js";

export interface RollbackRun {
  readonly parts: RollbackParts;
  readonly clock: Clock;
  /** Keeps the record; what it holds survives a crash from then on. */
  save(record: RollbackRecord): Promise<void>;
  /** Told of each step. */
  progress(line: string): void;
}

/**
 * Takes every step that is not done yet. A step that fails does not keep the next from being taken: telemetry is
 * calmed even where traffic must be moved by hand.
 */
export async function rollBack(record: RollbackRecord, run: RollbackRun): Promise<RollbackRecord> {
  let current = record;
  for (const { id } of record.steps) {
    const step = rollbackSteps[id];
    // A process that was not named before has been taken no step in.
    const isCovered = () => step.covers?.(stepOf(current, id).memory ?? {}, run.parts) ?? true;
    if (stepOf(current, id).status === "done" && isCovered()) continue;
    const update = async (changes: Partial<RollbackStepRecord>) => {
      current = changed(current, id, { ...changes, at: run.clock.now() });
      await run.save(current);
    };
    run.parts.signal.throwIfAborted();
    await attempt(id, "done", run, async () => {
      const { memory } = stepOf(current, id);
      // A prepared step may have acted already: what it remembers is from before that.
      if (step.prepare !== undefined && (memory === undefined || !isCovered()))
        await update({ status: "prepared", memory: merged(await step.prepare(run.parts), memory) });
      await update({ status: "done", detail: await step.apply(run.parts, stepOf(current, id).memory ?? {}) });
    }).catch((error: unknown) => update({ status: "failed", detail: messageOf(error) }));
  }
  current = { ...current, endedAt: run.clock.now() };
  await run.save(current);
  return current;
}

/**
 * Undoes the steps, the last first. One that cannot be undone does not keep the next from being undone, and stays as
 * it was in the record: the next undoing goes on with it.
 * @param ids which of them
 * @throws OperatorError naming what is left
 */
export async function undo(
  record: RollbackRecord,
  ids: readonly RollbackStepId[],
  run: RollbackRun,
): Promise<RollbackRecord> {
  let current = record;
  const failures: UndoFailure[] = [];
  for (const { id, memory } of [...record.steps].reverse()) {
    const step = rollbackSteps[id];
    if (!ids.includes(id) || step.undo === undefined || memory === undefined) continue;
    if (stepOf(current, id).status === "undone") continue;
    await attempt(id, "undone", run, async () => {
      const detail = (await step.undo?.(run.parts, memory)) ?? "nothing to undo";
      current = changed(current, id, { status: "undone", detail, at: run.clock.now() });
      await run.save(current);
    }).catch((error: unknown) => {
      run.parts.signal.throwIfAborted();
      failures.push({ title: step.title, error });
    });
  }
  if (failures.length > 0) throw incompleteUndo(failures);
  return { ...current, undoneAt: run.clock.now() };
}

async function attempt(
  id: RollbackStepId,
  outcome: "done" | "undone",
  run: RollbackRun,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
    run.progress(`${rollbackSteps[id].title}: ${outcome}`);
  } catch (error) {
    run.parts.signal.throwIfAborted();
    run.progress(`${rollbackSteps[id].title}: not ${outcome}: ${messageOf(error)}`);
    throw error;
  }
}

function stepOf(record: RollbackRecord, id: RollbackStepId): RollbackStepRecord {
  return record.steps.find((step) => step.id === id) ?? { id, status: "pending" };
}

const changed = (
  record: RollbackRecord,
  id: RollbackStepId,
  changes: Partial<RollbackStepRecord>,
): RollbackRecord => ({
  ...record,
  steps: record.steps.map((step) => (step.id === id ? { ...step, ...changes } : step)),
});

/** What failed when it was taken and has been undone since, as far as there was anything to undo, has not failed. */
export const failedSteps = ({ steps, undoneAt }: RollbackRecord): RollbackStepRecord[] =>
  undoneAt === undefined ? steps.filter(({ status }) => status === "failed") : [];
