import { type ControlCleared, type ControlSettings, logStreamRoles, streams } from "@o2cqrs/contract";
import { NotFoundError, type OpenObserve } from "@o2cqrs/providers/client";
import { OperatorError, usageError } from "../cli/errors.js";
import { type TrafficDriver } from "../gate/traffic/driver.js";
import { probeRecord, probeRecordId } from "../verify/probe/records.js";
import { type ControlledProcess } from "./control-client.js";
import { doEach } from "./failures.js";
import { type PauseChoice, pipelinesToPause } from "./pausable.js";
import { type RollbackMemory, type RollbackStepId } from "./record.js";

/** What the steps act on. */
export interface RollbackParts {
  readonly traffic: TrafficDriver;
  /** Percent that a gate under way gave the canary last, where the driver cannot tell. */
  readonly lastPercent?: number | undefined;
  readonly processes: readonly ControlledProcess[];
  /** Addresses of processes that have ended since, which undoing passes over. */
  readonly ended?: readonly string[] | undefined;
  /** Upper bounds for what the processes send. */
  readonly calm: { readonly samplingRate: number; readonly batchSize: number };
  readonly pause: PauseChoice;
  readonly admin: Pick<OpenObserve, "pipelines">;
  readonly app: Pick<OpenObserve, "telemetry">;
  readonly environment: string;
  readonly signal: AbortSignal;
}

/**
 * A step of a rollback. `prepare` reads what undoing needs and changes nothing; what it returns is kept before
 * `apply` acts. All three may be repeated.
 */
export interface RollbackStep {
  readonly title: string;
  prepare?(parts: RollbackParts): Promise<RollbackMemory>;
  /** Whether what it remembers is of everything that is named now; absent where it always is. */
  covers?(memory: RollbackMemory, parts: RollbackParts): boolean;
  /** What `apply` would do, one sentence; absent where there is nothing to say of it. */
  rehearse?(parts: RollbackParts, memory: RollbackMemory): string;
  /** @returns what was done, one sentence */
  apply(parts: RollbackParts, memory: RollbackMemory): Promise<string>;
  /** Absent where nothing is left behind. */
  undo?(parts: RollbackParts, memory: RollbackMemory): Promise<string>;
}

const byHand = "--traffic names nothing that moves traffic, so it must be moved by hand";

const traffic: RollbackStep = {
  title: "Give all traffic to the previous version",
  async prepare({ traffic: driver, lastPercent, signal }) {
    const percent = (await driver.read(signal)) ?? lastPercent;
    return percent === undefined ? {} : { percent };
  },
  async apply({ traffic: driver, signal }, { percent }) {
    if (driver.observesOnly) return `nothing was moved: ${byHand}`;
    await driver.set(0, signal);
    return `0% to the canary, before ${percent === undefined ? "unknown" : `${percent}%`}; ${driver.title}`;
  },
  rehearse({ traffic: driver }, { percent }) {
    if (driver.observesOnly) return `would move nothing: ${byHand}`;
    return `would give the canary 0%, now ${percent === undefined ? "unknown" : `${percent}%`}; ${driver.title}`;
  },
  async undo({ traffic: driver, signal }, { percent }) {
    if (driver.observesOnly)
      return `nothing was moved${percent === undefined ? "" : `, the canary had ${percent}%`}: ${byHand}`;
    if (percent === undefined)
      throw new OperatorError("It is not known what share of traffic the canary had", {
        cure: "Start a gate, which gives it its share step by step.",
      });
    await driver.set(percent, signal);
    return `${percent}% to the canary`;
  },
};

const calm: RollbackStep = {
  title: "Lower sampling and batch size",
  prepare: rememberSettings,
  covers: hasSettings,
  async apply({ processes, calm: bounds, signal }, { settings = {} }) {
    for (const process of processes) {
      const before = settings[process.url] ?? (await process.status(signal)).settings;
      await process.change(
        {
          samplingRate: Math.min(before.samplingRate, bounds.samplingRate),
          batchSize: Math.min(before.batchSize, bounds.batchSize),
        },
        signal,
      );
    }
    return `sampling at most ${bounds.samplingRate}, batches of at most ${bounds.batchSize}, ${inProcesses(processes)}`;
  },
  rehearse: wouldBeTaken,
  async undo(parts, { settings = {} }) {
    const changed = changedProcesses(parts, settings);
    await resetEach(changed, ({ samplingRate, batchSize }) => ({ samplingRate, batchSize }), parts);
    return `as before in ${count(changed.length, "process", "processes")}`;
  },
};

const pause: RollbackStep = {
  title: "Pause noisy streams",
  async prepare(parts) {
    const pipelines = pipelinesToPause(await parts.admin.pipelines.list(), parts.pause);
    return {
      ...(await rememberSettings(parts)),
      pipelines: pipelines.map(({ pipeline_id: id, name }) => ({ id, name })),
    };
  },
  covers: hasSettings,
  async apply({ processes, pause: { streams: noisy }, admin, signal }, { settings = {}, pipelines = [] }) {
    for (const process of processes) {
      const before = settings[process.url]?.pausedStreams ?? [];
      await process.change({ pausedStreams: [...new Set([...before, ...noisy])] }, signal);
    }
    for (const { id } of pipelines) await admin.pipelines.setEnabled(id, false);
    const off = pipelines.map(({ name }) => name).join(", ");
    return `${noisy.join(", ") || "no stream"} ${inProcesses(processes)}; pipelines off: ${off || "none"}`;
  },
  rehearse: (parts, { pipelines = [] }) =>
    `${wouldBeTaken(parts)}; pipelines off: ${pipelines.map(({ name }) => name).join(", ") || "none"}`,
  async undo(parts, { settings = {}, pipelines = [] }) {
    const changed = changedProcesses(parts, settings);
    await doEach(
      [
        // The processes first: they need no OpenObserve.
        () => resetEach(changed, ({ pausedStreams }) => ({ pausedStreams }), parts),
        ...pipelines.map(
          ({ id }) =>
            () =>
              switchOn(id, parts),
        ),
      ],
      parts.signal,
    );
    return `resumed; pipelines on: ${pipelines.map(({ name }) => name).join(", ") || "none"}`;
  },
};

/** Gives each process what it had before, whatever becomes of the others. */
function resetEach(
  changed: readonly (readonly [ControlledProcess, ControlSettings])[],
  of: (before: ControlSettings) => Partial<ControlSettings>,
  { signal }: RollbackParts,
): Promise<void> {
  return doEach(
    changed.map(([process, before]) => async () => {
      await process.change(of(before), signal);
    }),
    signal,
  );
}

/** One that was deleted meanwhile has nothing left to be undone. */
async function switchOn(id: string, { admin }: RollbackParts): Promise<void> {
  try {
    await admin.pipelines.setEnabled(id, true);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
}

const clear: RollbackStep = {
  title: "Clear background refreshes and queues",
  prepare: ({ processes }) => Promise.resolve({ cleared: processes.map(({ url }) => url) }),
  covers: ({ cleared = [] }, { processes }) => processes.every(({ url }) => cleared.includes(url)),
  rehearse: wouldBeTaken,
  async apply({ processes, signal }) {
    const cleared: ControlCleared[] = [];
    for (const process of processes) cleared.push(await process.clear(signal));
    const sum = (of: (each: ControlCleared) => Readonly<Record<string, number>>) =>
      cleared.flatMap((each) => Object.values(of(each))).reduce((total, each) => total + each, 0);
    const refreshers = sum((each) => each.refreshers);
    const queued = sum((each) => each.queues);
    return `${count(refreshers, "refresh", "refreshes")} and ${count(queued, "queue entry", "queue entries")} ${inProcesses(processes)}`;
  },
};

const collection: RollbackStep = {
  title: "See that the key streams are collected",
  async apply({ app, environment }) {
    for (const role of logStreamRoles)
      await app.telemetry.ingest(streams[role].name, [probeRecord(role, probeRecordId(), { environment })]);
    return `${logStreamRoles.map((role) => streams[role].name).join(", ")} take records`;
  },
};

/** The steps, in the order in which they are taken; they are undone in the other. */
export const rollbackSteps: Readonly<Record<RollbackStepId, RollbackStep>> = {
  traffic,
  calm,
  pause,
  clear,
  collection,
};

async function rememberSettings({ processes, signal }: RollbackParts): Promise<RollbackMemory> {
  const settings = await Promise.all(
    processes.map(async (process) => [process.url, (await process.status(signal)).settings] as const),
  );
  return { settings: Object.fromEntries(settings) };
}

function hasSettings({ settings = {} }: RollbackMemory, { processes }: RollbackParts): boolean {
  return processes.every(({ url }) => settings[url] !== undefined);
}

/**
 * The processes whose settings were changed, each with what it had before.
 * @throws OperatorError when one of them is not named: it would stay as it is, and nobody would know it any more
 */
function changedProcesses(
  { processes, ended = [] }: RollbackParts,
  settings: NonNullable<RollbackMemory["settings"]>,
): (readonly [ControlledProcess, ControlSettings])[] {
  const missing = Object.keys(settings).filter(
    (url) => !ended.includes(url) && !processes.some((process) => process.url === url),
  );
  if (missing.length > 0)
    throw usageError(
      `The rollback changed settings of ${missing.join(", ")}, which --control does not name`,
      "Name each with --control; or with --ended, when the process has ended and its settings with it.",
    );
  return processes.flatMap((process) => {
    const before = settings[process.url];
    return before === undefined || ended.includes(process.url) ? [] : [[process, before] as const];
  });
}

function wouldBeTaken({ processes }: Pick<RollbackParts, "processes">): string {
  return `would be taken ${inProcesses(processes)}`;
}

/** None at all is said so: it is easily forgotten to name them. */
const inProcesses = (processes: readonly ControlledProcess[]): string =>
  processes.length === 0
    ? "in no process: --control names none"
    : `in ${count(processes.length, "process", "processes")}`;

const count = (amount: number, one: string, many: string): string => `${amount} ${amount === 1 ? one : many}`;
