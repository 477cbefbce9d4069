import { setTimeout as wait } from "node:timers/promises";

/** The time that a gate or a rollback lives in; tests give one that does not wait. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws the signal's reason when it is aborted */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    signal.throwIfAborted();
    await wait(milliseconds, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  },
};

export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
