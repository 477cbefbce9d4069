import { type Operation } from "../context/operation.js";
import { messageOf } from "./errors.js";
import { type Middleware } from "./middleware.js";

/** An event that a subscriber could not handle, with what is needed to try again later. */
export interface DeadEvent {
  readonly at: string;
  readonly type: string;
  readonly subscriber: string;
  readonly event: unknown;
  readonly error: string;
  /** Tries that failed. */
  readonly attempts: number;
}

/** Where events go that a subscriber keeps failing on: a table, a queue, a file. */
export interface DeadLetterQueue {
  put(dead: DeadEvent): Promise<void>;
}

/** A queue that takes longer has failed: an operation must not be held for ever by where its failure is put. */
const longestPutMs = 30_000;

const longestTimerMs = 2 ** 31;

/** Keeps dead events in memory, the newest of them; for tests and small services. */
export class InMemoryDeadLetterQueue implements DeadLetterQueue {
  readonly #events: DeadEvent[] = [];

  /** @param limit events kept; default 1000 */
  constructor(readonly limit = 1000) {}

  put(dead: DeadEvent): Promise<void> {
    this.#events.push(dead);
    if (this.#events.length > this.limit) this.#events.shift();
    return Promise.resolve();
  }

  get events(): readonly DeadEvent[] {
    return this.#events;
  }

  /** Takes the events out, to publish them again. */
  drain(): DeadEvent[] {
    return this.#events.splice(0);
  }
}

/**
 * Puts an event that a subscriber failed on, after all tries, into the dead-letter queue. The error goes on outwards,
 * so that it is logged and counted; the bus's adapter ends it there. If the queue itself fails, or has not taken the
 * event within the time, the event is not counted as put away and the subscriber's error reaches the bus.
 *
 * @param putTimeoutMs time that the queue has; default 30,000, `Infinity` for as long as it likes. What it takes after
 *   that is in it, and is counted as failed all the same
 */
export function deadLetterMiddleware(queue: DeadLetterQueue, putTimeoutMs = longestPutMs): Middleware {
  return {
    name: "DeadLetter",
    stage: "deadLetter",
    handle: async (operation, next) => {
      if (operation.kind !== "event") return next();
      try {
        return await next();
      } catch (error) {
        // Within a function of its own, as a queue may throw at once.
        const put = async () => queue.put(deadEvent(operation, error));
        operation.deadLettered = await within(putTimeoutMs, put()).catch(() => false);
        throw error;
      }
    },
  };
}

/** Whether the work ended well in time. A time that no timer can count, such as `Infinity`, is no limit. */
async function within(timeoutMs: number, work: Promise<void>): Promise<boolean> {
  const done = work.then(() => true);
  if (!(timeoutMs < longestTimerMs)) return done;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false);
  });
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

const deadEvent = (operation: Operation, error: unknown): DeadEvent => ({
  at: new Date().toISOString(),
  type: operation.type,
  subscriber: operation.handler,
  event: operation.message,
  error: messageOf(error),
  attempts: operation.retries + 1,
});
