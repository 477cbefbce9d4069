import { type BusKind } from "@o2cqrs/contract";

/** A command, a query or a subscriber's handling of an event, while it is under way. */
export interface Operation {
  readonly kind: BusKind;
  /** Class of the message. */
  readonly type: string;
  /** Class of the handler; for an event, of the subscriber. */
  readonly handler: string;
  /** Unique per operation. */
  readonly id: string;
  readonly message: unknown;
  /** Aborted when the operation times out or its caller gave up. */
  signal: AbortSignal | undefined;
  /** How often it was tried again. */
  retries: number;
  /** What the query cache did for it. */
  cache: CacheUse | undefined;
  /** Whether the event was given up and put in the dead-letter queue. */
  deadLettered: boolean;
}

export interface CacheUse {
  readonly key: string;
  /** Whether the answer came from the cache. */
  readonly hit: boolean;
  /** Whether that answer was stale, and a refresh was started. */
  readonly stale: boolean;
}
