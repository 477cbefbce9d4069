import { messageOf, OperatorError } from "../cli/errors.js";
import { type Clock } from "./clock.js";
import { decide, type Decision, type Look } from "./decide.js";
import { type Observation } from "./figures.js";
import { judge } from "./judge.js";
import { type GateOutcome, type GateRecord, type StepRecord } from "./record.js";
import { type TrafficDriver } from "./traffic/driver.js";

/** What a gate works with; all of it can be replaced in tests. */
export interface GateParts {
  readonly clock: Clock;
  readonly traffic: TrafficDriver;
  /**
   * Both versions' figures; the stable version's come from `stableWindow` where that is given.
   * @throws anything when nothing can be seen
   */
  observe(window: Window, stableWindow: Window): Promise<Observation>;
  /** Keeps the record; what it holds survives a crash from then on. */
  save(record: GateRecord): Promise<void>;
  /** Asked before each act. @throws when someone else took the release over */
  mayGoOn(): Promise<void>;
  /** Told of every look and every change. */
  progress(line: string): void;
  readonly signal: AbortSignal;
}

/** A range of time, in milliseconds since 1970. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/**
 * Takes a release from where its record says to its outcome: promoted, held or rolled back. Every change of phase is
 * saved before the act that belongs to it, and every act may be done twice, so a gate that was killed anywhere goes
 * on from its record.
 * @returns the record with its outcome
 * @throws the signal's reason when it is aborted; the record then says where to go on
 */
export class Gate {
  #record: GateRecord;

  constructor(
    record: GateRecord,
    private readonly parts: GateParts,
  ) {
    this.#record = record;
  }

  async run(): Promise<GateRecord> {
    for (;;) {
      await this.parts.mayGoOn();
      const { phase } = this.#record;
      switch (phase.kind) {
        case "shifting":
          await this.#shift(phase.step);
          break;
        case "observing":
          await this.#observe(phase.step);
          break;
        case "rollingBack":
          await this.#rollBack(phase.reason);
          break;
        case "ended":
          return this.#record;
      }
    }
  }

  async #shift(step: number): Promise<void> {
    const percent = this.#percentOf(step);
    this.parts.progress(`Step ${step + 1}: ${percent}% of traffic to ${this.#record.canary}`);
    await this.parts.traffic.set(percent, this.parts.signal);
    await this.#giveWay();
    const fresh: StepRecord = { percent, since: this.parts.clock.now(), looks: [] };
    await this.#save({
      phase: { kind: "observing", step },
      steps: [...this.#record.steps.slice(0, step), fresh],
    });
  }

  /** A rollback may have begun, and set its 0%, while this share was on its way: the 0% is what holds. */
  async #giveWay(): Promise<void> {
    try {
      await this.parts.mayGoOn();
    } catch (error) {
      await this.parts.traffic.set(0, this.parts.signal);
      throw error;
    }
  }

  async #observe(step: number): Promise<void> {
    const { clock, signal } = this.parts;
    const { settings } = this.#record;
    for (;;) {
      await clock.sleep(settings.intervalMs, signal);
      await this.parts.mayGoOn();
      const current = this.#step(step);
      const looks = [...current.looks, await this.#look(step, current)];
      const decision = decide(looks, current.since, settings);
      this.#tell(current, looks, decision);
      if (decision.kind === "observe") {
        await this.#saveStep(step, { ...current, looks });
        continue;
      }
      await this.#saveStep(
        step,
        {
          ...current,
          looks,
          endedAt: clock.now(),
          decision: { kind: decision.kind, reason: decision.reason },
        },
        this.#after(step, decision),
      );
      return;
    }
  }

  async #look(step: number, { since }: StepRecord): Promise<Look> {
    const at = this.parts.clock.now();
    const window = { start: since, end: at };
    try {
      const observation = await this.parts.observe(window, this.#stableWindow(step, window));
      return { at, verdicts: judge(observation, this.#percentOf(step), this.#record.settings) };
    } catch (error) {
      this.parts.signal.throwIfAborted();
      return { at, blind: messageOf(error) };
    }
  }

  /** With all traffic on the canary the stable version has none to be compared by: its last step counts. */
  #stableWindow(step: number, window: Window): Window {
    if (this.#percentOf(step) < 100) return window;
    const before = this.#record.steps[step - 1];
    const end = this.#step(step).since;
    return { start: before?.since ?? end - (window.end - window.start), end };
  }

  /** What follows a decision; an outcome ends the gate. */
  #after(step: number, { kind, reason }: Decision): Partial<GateRecord> {
    if (kind === "rollback") return { phase: { kind: "rollingBack", reason } };
    if (kind === "hold") return this.#outcome("held", reason);
    return step + 1 < this.#record.settings.steps.length
      ? { phase: { kind: "shifting", step: step + 1 } }
      : this.#outcome("promoted", "every step was good");
  }

  async #rollBack(reason: string): Promise<void> {
    this.parts.progress(`Rolling back: ${reason}`);
    try {
      await this.parts.traffic.set(0, this.parts.signal);
    } catch (error) {
      this.parts.signal.throwIfAborted();
      throw new OperatorError(`The canary still has traffic: ${messageOf(error)}`, {
        cure: "Take its traffic away by hand, or mend the driver and run the gate again: it rolls back at once.",
        cause: error,
      });
    }
    await this.#save(this.#outcome("rolledBack", reason));
  }

  #outcome(kind: GateOutcome, reason: string): Pick<GateRecord, "phase" | "outcome"> {
    return { phase: { kind: "ended" }, outcome: { kind, reason, at: this.parts.clock.now() } };
  }

  #tell({ percent, since }: StepRecord, looks: readonly Look[], { kind, reason }: Decision): void {
    const last = looks.at(-1);
    const seconds = Math.round(((last?.at ?? since) - since) / 1000);
    this.parts.progress(`${percent}%, ${seconds} s: ${kind}: ${reason}`);
  }

  #percentOf(step: number): number {
    return this.#record.settings.steps[step] ?? 100;
  }

  #step(step: number): StepRecord {
    const found = this.#record.steps[step];
    if (found === undefined) throw new Error(`the record has no step ${step}`);
    return found;
  }

  async #saveStep(step: number, changed: StepRecord, more: Partial<GateRecord> = {}): Promise<void> {
    await this.#save({ ...more, steps: [...this.#record.steps.slice(0, step), changed] });
  }

  async #save(changes: Partial<GateRecord>): Promise<void> {
    this.#record = { ...this.#record, ...changes };
    await this.parts.save(this.#record);
  }
}

/**
 * A record to go on with after a crash, an interruption or a hold. Traffic is set again, as nobody knows what
 * happened to it meanwhile, and a step under way is observed afresh: its old looks say nothing of the time since.
 */
export function resumed(record: GateRecord, now: number): GateRecord {
  const { outcome, phase, ...rest } = record;
  const step = Math.max(0, record.steps.length - 1);
  const again =
    phase.kind === "observing" || (phase.kind === "ended" && outcome?.kind === "held")
      ? ({ kind: "shifting", step } as const)
      : phase;
  return {
    ...rest,
    ...(outcome !== undefined && outcome.kind !== "held" && { outcome }),
    phase: again,
    resumedAt: [...record.resumedAt, now],
  };
}
