import { setTimeout as sleep } from "node:timers/promises";

/** A random delay below a bound that doubles with every try: "full jitter", so that clients spread out. */
export function fullJitter(attempt: number, baseMs: number, maxMs: number, random = Math.random): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

/** Waits without keeping the process alive. @throws the signal's reason when it is aborted */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await sleep(ms, undefined, { signal, ref: false });
}
