import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";

/** How work that failed is tried again. */
export interface RetryPlan {
  /** Tries after the first. */
  readonly retries: number;
  /** Bound of the first delay, in milliseconds; it doubles with every try. */
  readonly baseMs: number;
  /** Bound of any delay, in milliseconds. */
  readonly maxMs: number;
  /** Ends trying and waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Whether trying again may help. Default: always. */
  readonly shouldRetry?: ((error: unknown) => boolean) | undefined;
  /** The least delay after an error, in milliseconds, such as a server asked for. */
  readonly atLeastMs?: ((error: unknown) => number) | undefined;
  /** Waiting for the next try does not keep the process alive. Default false: somebody awaits the outcome. */
  readonly background?: boolean | undefined;
  /** Told of every try that failed. */
  readonly onFailed?: ((error: unknown) => void) | undefined;
}

/** Carries what was thrown past p-retry, which does not try again after a TypeError. */
class Failed extends Error {
  constructor(readonly thrown: unknown) {
    super("The work failed");
  }
}

const original = (error: unknown): unknown => (error instanceof Failed ? error.thrown : error);

/**
 * Does work, and again with exponential backoff and full jitter while it fails.
 * @param work is told which try it is, from 1
 * @throws what the last try threw, or the signal's reason
 */
export async function withRetries<Result>(
  work: (attempt: number) => Promise<Result>,
  plan: RetryPlan,
): Promise<Result> {
  const {
    retries,
    baseMs,
    maxMs,
    signal,
    background = false,
    shouldRetry = () => true,
    atLeastMs = () => 0,
  } = plan;
  const attempt = async (number: number) => {
    try {
      return await work(number);
    } catch (error) {
      throw new Failed(error);
    }
  };
  try {
    return await pRetry(attempt, {
      retries,
      minTimeout: 0,
      factor: 1,
      ...(signal === undefined ? {} : { signal }),
      shouldRetry: ({ error }) => shouldRetry(original(error)),
      onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
        const thrown = original(error);
        plan.onFailed?.(thrown);
        // p-retry's own delays are not random down to zero, so the waiting is done here.
        if (retriesLeft > 0 && shouldRetry(thrown))
          await pause(atLeastMs(thrown) + fullJitter(attemptNumber, baseMs, maxMs), { signal, background });
      },
    });
  } catch (error) {
    throw original(error);
  }
}

/** A random delay below a bound that doubles with every try: "full jitter", so that clients spread out. */
export function fullJitter(attempt: number, baseMs: number, maxMs: number, random = Math.random): number {
  return random() * Math.min(maxMs, baseMs * 2 ** (attempt - 1));
}

/** Waits; in the background without keeping the process alive. @throws the signal's reason when it is aborted */
export async function pause(
  ms: number,
  { signal, background }: Pick<RetryPlan, "signal" | "background">,
): Promise<void> {
  signal?.throwIfAborted();
  await sleep(ms, undefined, { ref: background !== true, ...(signal === undefined ? {} : { signal }) });
}
