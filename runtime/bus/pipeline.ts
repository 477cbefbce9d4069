import { type BusKind } from "@o2cqrs/contract";
import { context, type Context } from "@opentelemetry/api";
import { type Operation } from "../context/operation.js";
import { currentScope, runInScope, type Scope } from "../context/scope.js";
import { newUuid } from "../context/uuid.js";
import { type CqrsLogs } from "../logs/logs.js";
import { type CqrsMetrics } from "../metrics/metrics.js";
import { type Chain, composeChain, type Middleware, type Next } from "./middleware.js";

/** A message on its way to its handler. */
export interface Dispatch {
  readonly kind: BusKind;
  readonly message: object;
  /** Class of the handler, or of the subscriber. */
  readonly handler: string;
  /** Aborted when the caller gives up. */
  readonly signal?: AbortSignal | undefined;
}

/** Where an event was published: its subscribers continue there, whenever and wherever they run. */
interface Origin {
  readonly scope: Scope | undefined;
  readonly trace: Context;
}

/** The handling of messages within a chain of middlewares; what adapters put around a bus. */
export class BusPipeline {
  readonly #chain: Chain;
  readonly #origins = new WeakMap<object, Origin>();
  #underWay = 0;
  /** Who waits for the last operation to end. */
  readonly #waiting = new Set<() => void>();

  constructor(
    middlewares: readonly Middleware[],
    readonly logs: CqrsLogs,
    readonly metrics: CqrsMetrics,
  ) {
    this.#chain = composeChain(middlewares);
  }

  /** Runs a handler as an operation of its own. */
  run<Result>(dispatch: Dispatch, handler: () => Promise<Result>): Promise<Result> {
    const outer = currentScope();
    const operation: Operation = {
      kind: dispatch.kind,
      type: dispatch.message.constructor.name,
      handler: dispatch.handler,
      id: newUuid(),
      message: dispatch.message,
      signal: dispatch.signal ?? outer?.operation?.signal,
      retries: 0,
      cache: undefined,
      deadLettered: false,
    };
    const scope: Scope = { request: outer?.request ?? { requestId: newUuid() }, operation };
    this.#underWay++;
    // A middleware may answer in the handler's place, so the type of the answer is its word.
    const answer = runInScope(scope, () => this.#chain(operation, handler as Next)) as Promise<Result>;
    answer.then(this.#ended, this.#ended);
    return answer;
  }

  readonly #ended = (): void => {
    this.#underWay--;
    if (this.#underWay > 0) return;
    for (const done of this.#waiting) done();
  };

  /**
   * Waits until no operation is under way: event buses do not wait for their subscribers.
   *
   * @returns operations that are still under way after the deadline; 0 when all ended
   */
  async idle(deadlineMs: number): Promise<number> {
    if (this.#underWay === 0) return 0;
    let timer: NodeJS.Timeout | undefined;
    let done = (): void => undefined;
    await new Promise<void>((resolve) => {
      done = resolve;
      this.#waiting.add(done);
      timer = setTimeout(resolve, deadlineMs);
    });
    clearTimeout(timer);
    this.#waiting.delete(done);
    return this.#underWay;
  }

  /** Notes that an event is being published, and from where. */
  published(event: object): void {
    this.#origins.set(event, { scope: currentScope(), trace: context.active() });
    const type = event.constructor.name;
    const publisher = currentScope()?.operation?.handler ?? "EventBus";
    this.metrics.eventPublished(type);
    this.logs.logEvent({ type, status: "published", subscriber: publisher, handler: publisher, dlq: false });
  }

  /**
   * Runs a subscriber as a continuation of whatever published the event.
   * @throws the subscriber's error, unless the event went to the dead-letter queue
   */
  async handleEvent(event: object, subscriber: string, handler: () => Promise<unknown>): Promise<void> {
    const origin = this.#origins.get(event);
    // The publisher's request goes on; its deadline does not, it does not wait for subscribers.
    const scope = origin?.scope === undefined ? undefined : { request: origin.scope.request };
    let deadLettered: Operation | undefined;
    const run = () =>
      this.run({ kind: "event", message: event, handler: subscriber }, () => {
        deadLettered = currentScope()?.operation;
        return handler();
      });
    try {
      await context.with(origin?.trace ?? context.active(), () =>
        scope === undefined ? run() : runInScope(scope, run),
      );
    } catch (error) {
      if (deadLettered?.deadLettered !== true) throw error;
    }
  }
}
