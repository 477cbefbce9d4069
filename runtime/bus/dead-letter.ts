import { orAborted } from "../context/abort.js";
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
 * @param putTimeoutMs time that the queue has; default 30,000
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
        operation.deadLettered = await orAborted(put(), AbortSignal.timeout(putTimeoutMs)).then(
          () => true,
          () => false,
        );
        throw error;
      }
    },
  };
}

const deadEvent = (operation: Operation, error: unknown): DeadEvent => ({
  at: new Date().toISOString(),
  type: operation.type,
  subscriber: operation.handler,
  event: operation.message,
  error: messageOf(error),
  attempts: operation.retries + 1,
});
