import { type Clock } from "../../../ops/gate/clock.js";
import { type LatencyFigures, type Observation, type VersionFigures } from "../../../ops/gate/figures.js";
import { type Window } from "../../../ops/gate/gate.js";
import { randomFrom } from "./random.js";

/** A clock that runs only while someone sleeps. */
export class VirtualClock implements Clock {
  constructor(public time = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.time;
  }

  sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.time += milliseconds;
    return Promise.resolve();
  }
}

/** How a version behaves; what is left out is healthy. */
export interface Behaviour {
  readonly queryMs?: number;
  readonly commandMs?: number;
  readonly errorRate?: number;
  readonly hitRatio?: number;
  readonly deadLetterRate?: number;
  readonly lostRecords?: number;
  readonly lostExports?: number;
  readonly metricsAgeMs?: number | undefined;
  readonly silent?: boolean;
}

/** Operations a minute of a whole service. */
const perMinute = 400;

/** Draws the figures of a service that behaves so, as they would be read from the server. */
export class Simulation {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
  }

  observe(canary: Behaviour, stable: Behaviour, percent: number, window: Window): Observation {
    const share = percent / 100;
    return {
      canary: this.#version("2.0.0", canary, share, window),
      stable: this.#version("1.0.0", stable, percent === 100 ? 0.5 : 1 - share, window),
    };
  }

  #version(version: string, behaviour: Behaviour, share: number, { start, end }: Window): VersionFigures {
    const whole = behaviour.silent === true ? 0 : Math.round((perMinute * share * (end - start)) / 60_000);
    const { errorRate = 0.002, hitRatio = 0.8, deadLetterRate = 0 } = behaviour;
    return {
      version,
      queryLatency: this.#latency(whole, behaviour.queryMs ?? 40, 300),
      commandLatency: this.#latency(Math.round(whole / 4), behaviour.commandMs ?? 60, 500),
      queryErrors: this.#share(whole, errorRate / 2),
      commandErrors: this.#share(Math.round(whole / 4), errorRate),
      eventErrors: this.#share(Math.round(whole / 2), errorRate / 2),
      cacheMisses: this.#share(whole, 1 - hitRatio),
      deadLetters: this.#share(Math.round(whole / 2), deadLetterRate),
      delivery: {
        lostRecords: behaviour.lostRecords ?? 0,
        lostExports: behaviour.lostExports ?? 0,
        metricsAgeMs: "metricsAgeMs" in behaviour ? behaviour.metricsAgeMs : whole === 0 ? undefined : 5000,
        spans: whole,
        expectedSpans: whole,
      },
    };
  }

  #share(whole: number, rate: number) {
    let part = 0;
    for (let index = 0; index < whole; index++) if (this.#random() < rate) part++;
    return { part, whole };
  }

  /** Log-normal, with half of the operations below the median; p95 is about three times the median. */
  #latency(count: number, median: number, limit: number): LatencyFigures {
    const normal = () =>
      Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
    const durations = Array.from({ length: count }, () => median * Math.exp(0.65 * normal()));
    const sorted = [...durations].sort((a, b) => a - b);
    return {
      count,
      p95: sorted[Math.floor(0.95 * (count - 1))] ?? 0,
      slow: durations.filter((each) => each > limit).length,
      sample: durations.slice(0, 1000),
    };
  }
}
