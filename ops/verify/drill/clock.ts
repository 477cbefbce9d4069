import { setTimeout } from "node:timers/promises";

/** The time of a drill; the server's, where a test decides it. */
export interface DrillClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Lets time pass. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: DrillClock = {
  now: () => Date.now(),
  wait: async (milliseconds, signal) => {
    await setTimeout(milliseconds, undefined, { signal });
  },
};
