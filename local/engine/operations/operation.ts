import { messageOf } from "../errors.js";
import {
  type Action,
  type ChangeSummary,
  type EngineEvent,
  type Severity,
  type StepDescription,
} from "../events.js";
import { serveEngine } from "../monitor/engine-service.js";
import { type RunningServer } from "../monitor/server.js";
import { Run } from "../plan/run.js";
import { Journal } from "../state/journal.js";
import { Lock } from "../state/lock.js";
import { type PropertyMap } from "../values/property.js";
import { type EngineOptions } from "./options.js";
import { newRegistry, openSession, type Session, stateFileOf } from "./session.js";
import { readProject } from "../project/project.js";

/** Something a run had to say, about a resource or (empty URN) the stack. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly urn: string;
  readonly message: string;
}

/** How a run ended. */
export interface OperationResult {
  readonly action: Action;
  readonly ok: boolean;
  readonly cancelled: boolean;
  /** 0 for success, 1 for failure, 130 when cancelled. */
  readonly exitCode: 0 | 1 | 130;
  readonly changes: ChangeSummary;
  /** What was done, or would be, in the order it ended. */
  readonly steps: readonly StepDescription[];
  /** Warnings and errors, in order. */
  readonly diagnostics: readonly Diagnostic[];
  /** The errors among the diagnostics. */
  readonly errors: readonly Diagnostic[];
  /** The stack's outputs, secrets wrapped in `Secret`. */
  readonly outputs: PropertyMap;
  readonly seconds: number;
}

export interface OperationContext {
  readonly session: Session;
  readonly run: Run;
  readonly engineServer: RunningServer;
}

export interface OperationDefinition {
  readonly action: Action;
  readonly dryRun: boolean;
  /** Does the work; returns the stack's outputs. Failures are told to the run. */
  readonly work: (context: OperationContext) => Promise<PropertyMap>;
}

const defaultParallel = 16;

/**
 * Runs one operation: locks the stack, opens it, does the work, writes the state, ends what was started.
 * What goes wrong before the work begins (no project, wrong passphrase, locked) is thrown; what goes wrong
 * in it is in the result.
 */
export async function operate(
  options: EngineOptions,
  definition: OperationDefinition,
): Promise<OperationResult> {
  const { action, dryRun } = definition;
  const project = await readProject(options.projectDir);
  const lock = dryRun ? undefined : await Lock.acquire(`${stateFileOf(options, project).path}.lock`, action);
  try {
    return await perform(options, definition);
  } finally {
    await lock?.release();
  }
}

async function perform(
  options: EngineOptions,
  { action, dryRun, work }: OperationDefinition,
): Promise<OperationResult> {
  const started = performance.now();
  const session = await openSession(options);
  const steps: StepDescription[] = [];
  const diagnostics: Diagnostic[] = [];
  const emit = (event: EngineEvent): void => {
    if (event.kind === "step-end") steps.push(event.step);
    if (event.kind === "diagnostic" && !event.output && !event.ephemeral) {
      const { severity, urn, message } = event;
      if (severity === "warning" || severity === "error") diagnostics.push({ severity, urn, message });
    }
    options.onEvent?.(event);
  };
  let engineServer: RunningServer | undefined;
  const registry = newRegistry(session, options, () => engineServer?.address ?? "", emit);
  const journal = new Journal(session.snapshot, dryRun ? undefined : session.file, session.crypter);
  const run = new Run(
    {
      project: session.project.name,
      stack: options.stack,
      dryRun,
      parallel: options.parallel ?? defaultParallel,
      targets: options.targets ?? [],
      targetDependents: options.targetDependents ?? false,
      replace: options.replace ?? [],
    },
    journal,
    registry,
    emit,
  );
  const onAbort = (): void => run.cancel();
  const onKill = (): void => {
    run.cancel();
    void registry.kill();
  };
  options.signal?.addEventListener("abort", onAbort);
  options.killSignal?.addEventListener("abort", onKill);
  if (options.signal?.aborted || options.killSignal?.aborted) run.cancel();
  emit({ kind: "start", action, project: session.project.name, stack: options.stack });
  let outputs: PropertyMap = {};
  try {
    engineServer = await serveEngine(run);
    outputs = await work({ session, run, engineServer });
    await journal.flush();
  } catch (error) {
    run.fail("", messageOf(error));
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    options.killSignal?.removeEventListener("abort", onKill);
    await registry.close();
    engineServer?.close();
  }
  const seconds = (performance.now() - started) / 1000;
  const cancelled = run.isCancelled;
  const ok = run.failed.size === 0 && !cancelled;
  emit({ kind: "summary", action, changes: run.changes, errored: run.failed.size, seconds, ok, cancelled });
  const exitCode = ok ? 0 : cancelled ? 130 : 1;
  return {
    ...{ action, ok, cancelled, exitCode, outputs, seconds, steps, diagnostics },
    changes: run.changes,
    errors: diagnostics.filter(({ severity }) => severity === "error"),
  };
}
