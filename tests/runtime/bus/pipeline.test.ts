import { context as otelContext, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { metrics } from "@o2cqrs/contract";
import { IsInt, Min, validate } from "class-validator";
import {
  classValidator,
  composeChain,
  createPipeline,
  InMemoryDeadLetterQueue,
  type Middleware,
  observeBus,
  type PipelineOptions,
  type Stage,
  stages,
  zodValidator,
} from "openobserve-cqrs/runtime/bus";
import { currentOperation, runInRequest } from "openobserve-cqrs/runtime/context";
import { z } from "zod";
import { Recording } from "./recording.js";

class PlaceOrder {
  constructor(readonly cents: number) {}
}
class GetOrder {
  readonly orderId = "o-1";
}
class OrderPlaced {
  readonly orderId = "o-1";
}

let recording: Recording;
beforeEach(() => (recording = new Recording()));
afterEach(async () => {
  expect(recording.problems).toEqual([]);
  await recording.stop();
  otelContext.disable();
});

const pipelineOf = (options: PipelineOptions = {}) =>
  createPipeline(recording, { retry: { baseMs: 1, maxMs: 2, ...options.retry }, ...options });
const place = (cents = 5) =>
  ({ kind: "command", message: new PlaceOrder(cents), handler: "PlaceOrderHandler" }) as const;

describe("the chain", () => {
  const named = (stage: Stage, log: string[]): Middleware => ({
    name: stage,
    stage,
    handle: async (_, next) => {
      log.push(stage);
      return next();
    },
  });

  test("runs in the order of the stages, whatever the order it was given in", async () => {
    const log: string[] = [];
    const shuffled = [...stages].reverse().map((stage) => named(stage, log));
    const result = await composeChain(shuffled)(currentOperation()!, async () => "done");
    expect(log).toEqual([...stages]);
    expect(result).toBe("done");
  });

  test("is cut short by a middleware that answers itself: nothing inside of it runs", async () => {
    const log: string[] = [];
    const answer: Middleware = { name: "answer", stage: "custom", handle: async () => "from cache" };
    const handler = jest.fn();
    const chain = composeChain([named("retry", log), answer, named("metrics", log)]);
    expect(await chain(currentOperation()!, handler)).toBe("from cache");
    expect(log).toEqual(["metrics"]);
    expect(handler).not.toHaveBeenCalled();
  });

  test("turns what a handler or a middleware throws at once into a rejection, seen by the steps outside of it", async () => {
    const log: string[] = [];
    const broken: Middleware = {
      name: "broken",
      stage: "custom",
      handle: () => {
        throw new Error("at once");
      },
    };
    const seeing: Middleware = {
      name: "seeing",
      stage: "metrics",
      handle: (_, next) =>
        next().catch((error: unknown) => Promise.reject(new Error(`saw ${String(error)}`))),
    };
    const handler = () => {
      throw new Error("handler");
    };
    await expect(composeChain([broken, seeing])(currentOperation()!, async () => 1)).rejects.toThrow(
      "saw Error: at once",
    );
    await expect(composeChain([seeing, named("retry", log)])(currentOperation()!, handler)).rejects.toThrow(
      "saw Error: handler",
    );
  });
});

test("a command is logged when it starts and when it has succeeded, with the ids of its span", async () => {
  const result = await runInRequest({ requestId: "r-1", tenant: "t-1", userId: "u-1" }, () =>
    pipelineOf().run(place(), async () => 42),
  );
  expect(result).toBe(42);
  const [span] = recording.spans;
  const ids = { traceId: span!.spanContext().traceId, spanId: span!.spanContext().spanId };
  expect(span!.name).toBe("command.PlaceOrder");
  expect(span!.attributes).toEqual({
    "command.id": expect.any(String),
    type: "PlaceOrder",
    handler: "PlaceOrderHandler",
    retry_count: 0,
  });
  const common = { requestId: "r-1", tenant: "t-1", userId: "u-1", bus: "command", env: "test", ...ids };
  expect(recording.of("commands")).toEqual([
    expect.objectContaining({ ...common, status: "start", level: "INFO", payload_size: 11 }),
    expect.objectContaining({
      ...common,
      status: "success",
      duration_ms: expect.any(Number),
      retry_count: 0,
    }),
  ]);
});

test("a command that fails is an error in its record, span and metrics, and to its caller", async () => {
  const failure = Object.assign(new Error("no mail for jane.doe@example.com"), { code: "NO_MAIL" });
  await expect(pipelineOf().run(place(), () => Promise.reject(failure))).rejects.toBe(failure);
  expect(recording.of("commands")[1]).toMatchObject({
    status: "error",
    level: "ERROR",
    error_code: "NO_MAIL",
    error: "no mail for j***@example.com",
  });
  const [span] = recording.spans;
  expect(span!.status).toEqual({ code: SpanStatusCode.ERROR, message: "no mail for j***@example.com" });
  expect(JSON.stringify(span!.events)).not.toContain("jane.doe");
  expect(span!.events[0]!.name).toBe("exception");
  expect(await recording.points(metrics.commandTotal.name)).toEqual([
    { labels: { type: "PlaceOrder", status: "error" }, value: 1 },
  ]);
});

test("a query that no cache answered is a miss; sizes are of the JSON text", async () => {
  await pipelineOf().run({ kind: "query", message: new GetOrder(), handler: "GetOrderHandler" }, async () => [
    "é",
  ]);
  expect(recording.of("queries")).toEqual([
    expect.objectContaining({ status: "success", cache_hit: false, stale: false, result_size: 6 }),
  ]);
  expect(await recording.points(metrics.queryCacheHitRatio.name)).toEqual([
    { labels: { type: "GetOrder" }, value: 0 },
  ]);
});

test("operations under way are counted up and down, by kind", async () => {
  const pipeline = pipelineOf();
  let release = (): void => undefined;
  const running = pipeline.run(place(), () => new Promise<void>((resolve) => (release = resolve)));
  expect(await recording.points(metrics.inflightOperations.name)).toEqual([
    { labels: { kind: "command" }, value: 1 },
  ]);
  release();
  await running;
  expect(await recording.points(metrics.inflightOperations.name)).toEqual([
    { labels: { kind: "command" }, value: 0 },
  ]);
});

test("durations are sorted into the contract's buckets", async () => {
  await pipelineOf().run(place(), async () => undefined);
  const [point] = await recording.points(metrics.commandDuration.name);
  expect(point).toMatchObject({
    labels: { type: "PlaceOrder", handler: "PlaceOrderHandler" },
    value: { count: 1, buckets: { boundaries: [...metrics.commandDuration.buckets] } },
  });
});

// Exemplars would tie a bucket to a trace. When this fails the SDK has learned them, and docs/runtime.md is to be mended.
test("the installed SDK collects no exemplars, though the span is sampled", async () => {
  await pipelineOf().run(place(), async () => 42);
  expect(recording.spans[0]!.spanContext().traceFlags).toBe(TraceFlags.SAMPLED);
  const [point] = await recording.dataPoints(metrics.commandDuration.name);
  expect(Object.keys(point!).sort()).toEqual(["attributes", "endTime", "startTime", "value"]);
  expect(Object.keys(point!.value as object).sort()).toEqual(["buckets", "count", "max", "min", "sum"]);
});

describe("validation", () => {
  test("refuses by a zod schema before the handler, and the refusal is logged", async () => {
    const schema = z.object({ cents: z.int().positive() });
    const pipeline = pipelineOf({ validation: new Map([[PlaceOrder, zodValidator(schema)]]) });
    const handler = jest.fn();
    await expect(pipeline.run(place(-1), handler)).rejects.toThrow(/^PlaceOrder is invalid: cents: /);
    expect(handler).not.toHaveBeenCalled();
    expect(recording.of("commands")[1]).toMatchObject({ status: "error", error_code: "INVALID_MESSAGE" });
  });

  test("refuses by the decorators of class-validator", async () => {
    class Pay {
      cents: unknown = 0.5;
    }
    IsInt()(Pay.prototype, "cents");
    Min(1)(Pay.prototype, "cents");
    const pipeline = pipelineOf({ validation: classValidator(validate) });
    const message = new Pay();
    await expect(pipeline.run({ kind: "command", message, handler: "h" }, jest.fn())).rejects.toThrow(
      /cents must not be less than 1/,
    );
    message.cents = 3;
    await expect(pipeline.run({ kind: "command", message, handler: "h" }, async () => "ok")).resolves.toBe(
      "ok",
    );
  });
});

describe("retry", () => {
  test("tries again as often as the kind allows, whatever was thrown, and counts it", async () => {
    let tries = 0;
    const flaky = async () => {
      if (++tries < 3) throw new TypeError("not yet");
      return tries;
    };
    expect(await pipelineOf({ retry: { retries: { command: 2 } } }).run(place(), flaky)).toBe(3);
    expect(recording.of("commands")[1]).toMatchObject({ status: "success", retry_count: 2, retries: 2 });
    expect(await recording.points(metrics.commandRetryTotal.name)).toEqual([
      { labels: { type: "PlaceOrder" }, value: 2 },
    ]);
  });

  test("does not try again what cannot get better", async () => {
    const handler = jest.fn().mockRejectedValue(new Error("broken rule"));
    const pipeline = pipelineOf({ retry: { retries: { command: 5 }, shouldRetry: () => false } });
    await expect(pipeline.run(place(), handler)).rejects.toThrow("broken rule");
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test("ends when the caller gives up", async () => {
    const caller = new AbortController();
    const handler = jest.fn(async () => {
      caller.abort(new Error("caller left"));
      throw new Error("failed");
    });
    const pipeline = pipelineOf({ retry: { retries: { command: 5 } } });
    await expect(pipeline.run({ ...place(), signal: caller.signal }, handler)).rejects.toThrow("caller left");
    expect(handler).toHaveBeenCalledTimes(1);
  });
});

test("a try that takes too long is given up, and its work is told by its signal", async () => {
  let told: unknown;
  const pipeline = pipelineOf({ timeouts: { command: 20 } });
  const work = pipeline.run(place(), () => {
    const { signal } = currentOperation()!;
    return new Promise(() =>
      signal!.addEventListener("abort", () => {
        told = signal!.reason;
      }),
    );
  });
  await expect(work).rejects.toThrow("PlaceOrder took longer than 20 ms");
  expect(told).toMatchObject({ code: "OPERATION_TIMEOUT" });
});

test("a try is given up with its caller, on whose signal nothing stays, however many tries there were", async () => {
  const caller = new AbortController();
  const pipeline = pipelineOf({ timeouts: { command: 10_000 } });
  for (let n = 0; n < 20; n++) await pipeline.run({ ...place(), signal: caller.signal }, async () => n);
  // What the runtime itself keeps on a signal, listeners and signals that follow it, in sets and maps of its own.
  const kept = Object.getOwnPropertySymbols(caller.signal).map(
    (symbol) =>
      (caller.signal as unknown as Record<symbol, { size?: number } | undefined>)[symbol]?.size ?? 0,
  );
  expect(kept.reduce((sum, size) => sum + size, 0)).toBe(0);

  const work = pipeline.run({ ...place(), signal: caller.signal }, () => {
    const { signal } = currentOperation()!;
    return new Promise((_, reject) =>
      signal!.addEventListener("abort", () => reject(signal!.reason as Error)),
    );
  });
  caller.abort(new Error("the caller left"));
  await expect(work).rejects.toThrow("the caller left");
  const late = pipeline.run(
    { ...place(), signal: caller.signal },
    async () => currentOperation()!.signal!.aborted,
  );
  expect(await late).toBe(true);
});

describe("events", () => {
  test("a subscriber continues the trace and the request of the command that published", async () => {
    const pipeline = pipelineOf();
    const event = new OrderPlaced();
    await runInRequest({ requestId: "r-1" }, () =>
      pipeline.run(place(), async () => pipeline.published(event)),
    );
    // Outside of both, as from a queue.
    await pipeline.handleEvent(event, "Mailer", async () => undefined);
    const [command, handled] = recording.spans;
    expect(handled!.name).toBe("event.OrderPlaced");
    expect(handled!.parentSpanContext!.spanId).toBe(command!.spanContext().spanId);
    expect(handled!.attributes).toEqual({
      "event.type": "OrderPlaced",
      subscriber: "Mailer",
      status: "handled",
    });
    expect(recording.of("events")).toEqual([
      expect.objectContaining({ status: "published", subscriber: "PlaceOrderHandler", requestId: "r-1" }),
      expect.objectContaining({ status: "handled", subscriber: "Mailer", requestId: "r-1", dlq: false }),
    ]);
  });

  test("an event that a subscriber keeps failing on goes to the dead-letter queue, and no further", async () => {
    const deadLetters = new InMemoryDeadLetterQueue();
    const pipeline = pipelineOf({ deadLetters, retry: { retries: { event: 2 }, baseMs: 1 } });
    const handler = jest.fn().mockRejectedValue(new Error("bounced"));
    const event = new OrderPlaced();
    pipeline.published(event);
    await pipeline.handleEvent(event, "Mailer", handler);
    expect(handler).toHaveBeenCalledTimes(3);
    expect(deadLetters.drain()).toEqual([
      {
        at: expect.any(String),
        type: "OrderPlaced",
        subscriber: "Mailer",
        event,
        error: "bounced",
        attempts: 3,
      },
    ]);
    expect(recording.of("events")[1]).toMatchObject({ status: "error", dlq: true, retries: 2 });
    expect(await recording.points(metrics.eventDlqTotal.name)).toEqual([
      { labels: { type: "OrderPlaced" }, value: 1 },
    ]);
  });

  test.each([
    ["fails", () => Promise.reject(new Error("queue down"))],
    [
      "throws at once",
      () => {
        throw new Error("queue down");
      },
    ],
    ["never answers", () => new Promise<void>(() => undefined)],
  ])("when the dead-letter queue %s too, the subscriber's error reaches the bus", async (_, put) => {
    const deadLetters = { put };
    const pipeline = pipelineOf({ deadLetters, deadLetterTimeoutMs: 20, retry: { retries: { event: 0 } } });
    const failing = pipeline.handleEvent(new OrderPlaced(), "Mailer", () =>
      Promise.reject(new Error("bounced")),
    );
    await expect(failing).rejects.toThrow("bounced");
    expect(recording.of("events")[0]).toMatchObject({ status: "error", dlq: false });
  });

  test("a dead-letter queue may be given all the time that it takes", async () => {
    const deadLetters = { put: () => new Promise<void>((resolve) => setImmediate(resolve)) };
    const pipeline = pipelineOf({
      deadLetters,
      deadLetterTimeoutMs: Infinity,
      retry: { retries: { event: 0 } },
    });
    await pipeline.handleEvent(new OrderPlaced(), "Mailer", () => Promise.reject(new Error("bounced")));
    expect(recording.of("events")[0]).toMatchObject({ status: "error", dlq: true });
  });

  test("subscribers that fail for days leave no more dead letters than the queue keeps, the newest", async () => {
    const deadLetters = new InMemoryDeadLetterQueue(10);
    const pipeline = pipelineOf({ deadLetters, retry: { retries: { event: 0 } } });
    const fail = () => Promise.reject(new Error("bounced"));
    const events = Array.from({ length: 50 }, () => new OrderPlaced());
    for (const event of events) await pipeline.handleEvent(event, "Mailer", fail);
    expect(deadLetters.events.map(({ event }) => event)).toEqual(events.slice(-10));
    expect(await pipeline.idle(1000)).toBe(0);
  });

  test("the dead-letter counter of a type begins at zero, so that its first rise can be seen", async () => {
    pipelineOf().published(new OrderPlaced());
    expect(await recording.points(metrics.eventDlqTotal.name)).toEqual([
      { labels: { type: "OrderPlaced" }, value: 0 },
    ]);
  });
});

test("any bus with an execute method can be observed; the rest of it stays as it is", async () => {
  class Bus {
    name = "mine";
    execute(message: object): string {
      if (message instanceof GetOrder) throw new Error("sync failure");
      return `executed ${message.constructor.name}`;
    }
  }
  const bus = observeBus(new Bus(), pipelineOf(), { kind: "command" });
  expect(await Promise.resolve(bus.execute(new PlaceOrder(1)))).toBe("executed PlaceOrder");
  expect(bus.name).toBe("mine");
  await expect(Promise.resolve(bus.execute(new GetOrder()))).rejects.toThrow("sync failure");
  expect(recording.of("commands").map(({ handler, status }) => [handler, status])).toEqual([
    ["PlaceOrderHandler", "start"],
    ["PlaceOrderHandler", "success"],
    ["GetOrderHandler", "start"],
    ["GetOrderHandler", "error"],
  ]);
});
