import {
  type AlertDefinition,
  alerts,
  burnRates,
  objectives,
  type ObjectiveSource,
  streams,
} from "@o2cqrs/contract";
import { numberIn, select, type VerifyContext } from "../context.js";
import { LoopbackReceiver } from "../probe/loopback-receiver.js";
import { notProbe } from "../sql.js";
import { type DrillClock } from "./clock.js";
import { drillTelemetry } from "./faults.js";
import { writeRecords, writeSamples } from "./inject.js";
import { type DrillTelemetry } from "./telemetry.js";
import { type AlertState, alertStates, notifiedAlerts } from "./watch.js";

/** What became of one alert in a drill. */
export interface DrillOutcome {
  readonly alert: string;
  /** Whether it told of its fault; absent where it could not be given one. */
  readonly fired?: boolean;
  /** From the fault until it was told, in milliseconds. */
  readonly toldAfterMs?: number;
  /** Whether it fired on healthy telemetry; absent where that could not be seen. */
  readonly falsePositive?: boolean;
  /** Why something of this is absent, or what went wrong. */
  readonly remark?: string;
}

export interface DrillReport {
  readonly outcomes: readonly DrillOutcome[];
  /** Where the times come from. */
  readonly toldBy: "notifications" | "server";
}

/** Why the alert on a stream's silence got no fault. */
const noFault = {
  fresh: "no fault: the application writes, and only it can fall silent",
  none: "no fault: the stream has had no record lately",
} as const;

const minute = 60_000;
const lookMs = 5_000;

/**
 * Writes healthy telemetry for every alert and sees that none fires, then faults, and sees that all do. Both
 * go through the application's credentials into the live streams, marked as the drill's.
 * @param drilled the alerts; default all of the contract
 */
export async function runDrill(
  context: VerifyContext,
  clock: DrillClock,
  drilled: readonly AlertDefinition[] = Object.values(alerts),
): Promise<DrillReport> {
  const receiver = await openReceiver(context);
  try {
    return await new Drill(context, clock, receiver).run(drilled);
  } finally {
    await receiver?.close();
  }
}

/** The webhook's address, if it is a loopback address that nobody listens on. */
async function openReceiver({ admin }: VerifyContext): Promise<LoopbackReceiver | undefined> {
  const destinations = await admin.alertDestinations.list();
  const webhook = destinations.find(({ name }) => name === "cqrs-webhook");
  return LoopbackReceiver.open(webhook?.url ?? undefined);
}

class Drill {
  readonly #outcomes = new Map<string, DrillOutcome>();
  readonly #begun: number;

  constructor(
    private readonly context: VerifyContext,
    private readonly clock: DrillClock,
    private readonly receiver: LoopbackReceiver | undefined,
  ) {
    this.#begun = clock.now();
  }

  async run(drilled: readonly AlertDefinition[]): Promise<DrillReport> {
    const before = await alertStates(this.context);
    const awake = drilled.filter((alert) => this.#isAwake(alert, before.get(alert.name)));
    const quiet = await this.#controls(awake);
    await this.#faults(quiet);
    return {
      outcomes: drilled.map(({ name }) => this.#outcomes.get(name) ?? { alert: name }),
      toldBy: this.receiver === undefined ? "server" : "notifications",
    };
  }

  #note({ name }: AlertDefinition, facts: Partial<DrillOutcome>): void {
    this.#outcomes.set(name, { ...this.#outcomes.get(name), ...facts, alert: name });
  }

  /** An alert that is off misses its fault; one that rests after it fired cannot be judged. */
  #isAwake(alert: AlertDefinition, state: AlertState | undefined): boolean {
    if (state?.enabled !== true) {
      this.#note(alert, { fired: false, remark: state === undefined ? "it does not exist" : "it is off" });
      return false;
    }
    const restsUntil = state.firedAt + alert.silenceMinutes * minute;
    if (restsUntil <= this.clock.now()) return true;
    const until = new Date(restsUntil).toISOString().slice(11, 16);
    this.#note(alert, { remark: `it had fired before and is silent until ${until} UTC` });
    return false;
  }

  /** @returns the alerts that did not fire on healthy telemetry */
  async #controls(awake: readonly AlertDefinition[]): Promise<AlertDefinition[]> {
    const watched: AlertDefinition[] = [];
    const telemetry: DrillTelemetry[] = [];
    for (const alert of awake) {
      const healthy = await this.#healthy(alert);
      if (healthy === undefined) continue;
      watched.push(alert);
      telemetry.push(healthy);
    }
    const started = this.clock.now();
    await this.#write(telemetry, started);
    const ended = this.clock.now();
    const isEvaluated = (state: AlertState | undefined) => (state?.evaluatedAt ?? 0) > ended + 1000;
    const scheduled = watched.filter(({ signal }) => signal.kind !== "deadLetter");
    const seen = await this.#until((states) => scheduled.every(({ name }) => isEvaluated(states.get(name))));
    for (const alert of watched) {
      const state = seen.get(alert.name);
      if (alert.signal.kind !== "deadLetter" && !isEvaluated(state))
        this.#note(alert, { remark: "it was not evaluated in time" });
      else this.#note(alert, { falsePositive: (state?.firedAt ?? 0) >= started });
    }
    const fired = (alert: AlertDefinition) => this.#outcomes.get(alert.name)?.falsePositive === true;
    for (const alert of watched.filter(fired))
      this.#note(alert, { remark: "it fired before its fault, so it is silent now" });
    return awake.filter((alert) => !fired(alert));
  }

  /** Healthy telemetry; for silence the application's own records, where there are any. */
  async #healthy(alert: AlertDefinition): Promise<DrillTelemetry | undefined> {
    if (alert.signal.kind !== "silence") return drillTelemetry(alert, "control", 0);
    return (await this.#newestRecord(alert)) === "fresh" ? { series: [], records: [] } : undefined;
  }

  async #faults(awake: readonly AlertDefinition[]): Promise<void> {
    const faults = new Map<AlertDefinition, DrillTelemetry>();
    for (const alert of awake) {
      const fault = await this.#fault(alert);
      if (fault !== undefined) faults.set(alert, fault);
      else {
        const newest = await this.#newestRecord(alert);
        if (newest === "old") faults.set(alert, { series: [], records: [] });
        else this.#note(alert, { remark: noFault[newest] });
      }
    }
    const started = this.clock.now();
    await this.#write([...faults.values()], started);
    let written = started;
    await this.#until(async (states) => {
      const now = this.clock.now();
      for (const alert of faults.keys()) {
        const toldAt = this.#toldAt(alert, states.get(alert.name), started, now);
        if (toldAt === undefined) continue;
        this.#note(alert, { fired: true, toldAfterMs: Math.max(0, Math.round(toldAt - started)) });
        faults.delete(alert);
      }
      // A fault goes on until it is told of, and no longer: nothing is left to fire again after the silence.
      await writeSamples(this.context, [...faults.values()], { origin: started, after: written, until: now });
      written = now;
      return faults.size === 0;
    });
    const states = await alertStates(this.context);
    for (const alert of faults.keys()) {
      const satisfied = (states.get(alert.name)?.firedAt ?? 0) >= started;
      const remark = satisfied ? "it fired, but its notification did not arrive" : "it did not fire";
      this.#note(alert, { fired: false, remark });
    }
  }

  async #fault(alert: AlertDefinition): Promise<DrillTelemetry | undefined> {
    const { signal } = alert;
    if (signal.kind !== "burnRate") return drillTelemetry(alert, "fault", 0);
    const { source } = objectives[signal.objective];
    const { longWindowMinutes, shortWindowMinutes } = burnRates[signal.pace];
    const perMinute = await Promise.all(
      [longWindowMinutes, shortWindowMinutes].map((minutes) => this.#operations(source, minutes)),
    );
    return drillTelemetry(alert, "fault", Math.max(...perMinute));
  }

  /** Operations a minute in a window, of the application and of controls. */
  async #operations({ kind, metric }: ObjectiveSource, minutes: number): Promise<number> {
    const counter = kind === "histogram" ? `${metric}_count` : metric;
    const answer = await this.context.admin.telemetry.promql(`sum(increase(${counter}[${minutes}m]))`, {
      time: new Date(this.clock.now()),
      signal: this.context.signal,
    });
    const total = answer.resultType === "vector" ? Number(answer.result[0]?.value[1] ?? 0) : 0;
    return Number.isFinite(total) ? total / minutes : 0;
  }

  /** Of an application, in the stream whose silence is watched. */
  async #newestRecord({ signal }: AlertDefinition): Promise<"fresh" | "old" | "none"> {
    if (signal.kind !== "silence") return "none";
    const end = this.clock.now() * 1000;
    const sql = `SELECT MAX(_timestamp) AS newest FROM "${streams[signal.stream].storedName}" WHERE ${notProbe}`;
    const window = { start: end - signal.lookBackMinutes * minute * 1000, end };
    const newest = numberIn((await select(this.context, sql, { window }))[0], "newest");
    if (newest === 0) return "none";
    return newest < end - signal.windowMinutes * minute * 1000 ? "old" : "fresh";
  }

  async #write(telemetry: readonly DrillTelemetry[], now: number): Promise<void> {
    await writeRecords(this.context, telemetry, now);
    await writeSamples(this.context, telemetry, { origin: now, after: 0, until: now });
  }

  /** When it was told, in milliseconds since 1970: the server's word, and the notification's where it is seen. */
  #toldAt({ name, signal }: AlertDefinition, state: AlertState | undefined, started: number, now: number) {
    // Nobody can say when an idle application fell silent; the alert may have told of it meanwhile.
    const since = signal.kind === "silence" ? this.#begun : started;
    const firedAt = state !== undefined && state.firedAt >= since ? state.firedAt : undefined;
    if (this.receiver === undefined) return firedAt;
    return notifiedAlerts(this.receiver).has(name) ? (firedAt ?? now) : undefined;
  }

  /** Looks at the alerts until they are as wanted, three evaluations long at most. */
  async #until(
    wanted: (states: ReadonlyMap<string, AlertState>) => boolean | Promise<boolean>,
  ): Promise<ReadonlyMap<string, AlertState>> {
    const intervalMs = this.context.appConfig.alerts.evaluationInterval * 1000;
    const deadline = this.clock.now() + 3 * Math.max(minute, intervalMs) + 30_000;
    for (;;) {
      const states = await alertStates(this.context);
      if ((await wanted(states)) || this.clock.now() > deadline) return states;
      await this.clock.wait(lookMs, this.context.signal);
    }
  }
}
