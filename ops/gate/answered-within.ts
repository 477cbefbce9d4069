/**
 * What a server answers, but only if it does so in time.
 *
 * @param work is given a signal that ends when time is up, or when `signal` does
 * @throws when time is up: whoever waits must not be kept by a server that is too busy
 */
export async function answeredWithin<Answer>(
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const timeUp = new AbortController();
  const timer = setTimeout(() => {
    timeUp.abort(new Error(`OpenObserve did not answer within ${milliseconds / 1000} s`));
  }, milliseconds);
  const ended = AbortSignal.any([signal, timeUp.signal]);
  try {
    return await Promise.race([work(ended), rejectedBy(ended)]);
  } finally {
    clearTimeout(timer);
  }
}

const rejectedBy = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const rejectNow = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) rejectNow();
    else signal.addEventListener("abort", rejectNow, { once: true });
  });
