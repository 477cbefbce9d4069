import "reflect-metadata";
import { context as otelContext } from "@opentelemetry/api";
import { type DynamicModule, Injectable, Logger, Module, Scope, type Type } from "@nestjs/common";
import { NestApplicationContextOptions } from "@nestjs/common/interfaces/nest-application-context-options.interface";
import { NestFactory } from "@nestjs/core";
import {
  AggregateRoot,
  CommandBus,
  CommandHandler,
  CqrsModule,
  EventBus,
  EventPublisher,
  EventsHandler,
  QueryBus,
  QueryHandler,
} from "@nestjs/cqrs";
import { InMemoryDeadLetterQueue } from "openobserve-cqrs/runtime/bus";
import { CqrsLogger, CqrsTelemetryModule, type CqrsTelemetryOptions } from "openobserve-cqrs/runtime/nest";
import { type Telemetry } from "openobserve-cqrs/runtime/telemetry";
import { Recording } from "../bus/recording.js";

class Place {
  constructor(readonly id: string) {}
}
class Find {
  constructor(readonly id: string) {}
}
class Placed {
  constructor(readonly id: string) {}
}
class Orphan {
  constructor(readonly id: string) {}
}

class Order extends AggregateRoot {
  place(id: string): void {
    this.apply(new Placed(id));
  }
}

@CommandHandler(Place)
class PlaceHandler {
  constructor(private readonly publisher: EventPublisher) {}

  async execute({ id }: Place): Promise<string> {
    const order = this.publisher.mergeObjectContext(new Order());
    order.place(id);
    order.commit();
    return id;
  }
}

@CommandHandler(Place)
class OtherPlaceHandler {
  async execute(): Promise<string> {
    return "other";
  }
}

@QueryHandler(Find)
class FindHandler {
  async execute({ id }: Find): Promise<string> {
    return `found ${id}`;
  }
}

@EventsHandler(Placed)
class Mailer {
  static failing = false;

  handle(): void {
    if (Mailer.failing) throw new Error("bounced");
  }
}

/** Works until it is let go. */
@EventsHandler(Placed)
class Archiver {
  static letGo: () => void = () => undefined;

  handle(): Promise<void> {
    return new Promise((resolve) => {
      Archiver.letGo = resolve;
    });
  }
}

@EventsHandler(Placed)
@Injectable({ scope: Scope.REQUEST })
class Projection {
  static readonly instances = new Set<Projection>();

  handle(): void {
    Projection.instances.add(this);
  }
}

let recording: Recording;
let warnings: string[];
const apps: { close(): Promise<void> }[] = [];

beforeEach(() => {
  recording = new Recording();
  warnings = [];
  Mailer.failing = false;
  jest.spyOn(Logger.prototype, "warn").mockImplementation((message: string) => void warnings.push(message));
});

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(apps.splice(0).map((app) => app.close()));
  expect(recording.problems).toEqual([]);
  await recording.stop();
  otelContext.disable();
});

@Module({})
class TestModule {
  static with(options: CqrsTelemetryOptions, providers: Type[]): DynamicModule {
    const telemetry = recording as unknown as Telemetry;
    const imports = [CqrsModule.forRoot(), CqrsTelemetryModule.forRoot({ telemetry, ...options })];
    return { module: TestModule, imports, providers };
  }
}

async function start(
  options: CqrsTelemetryOptions = {},
  providers: Type[] = [PlaceHandler, FindHandler, Mailer],
) {
  Logger.overrideLogger(false);
  const app = await NestFactory.createApplicationContext(
    TestModule.with(options, providers),
    Object.assign(new NestApplicationContextOptions(), { abortOnError: false }),
  );
  apps.push(app);
  return { commands: app.get(CommandBus), queries: app.get(QueryBus), events: app.get(EventBus) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("commands, queries and events are observed without a change to their handlers", async () => {
  const { commands, queries } = await start();
  expect(await commands.execute(new Place("o-1"))).toBe("o-1");
  expect(await queries.execute(new Find("o-1"))).toBe("found o-1");
  await settled();
  expect(recording.of("commands").map(({ type, handler, status }) => [type, handler, status])).toEqual([
    ["Place", "PlaceHandler", "start"],
    ["Place", "PlaceHandler", "success"],
  ]);
  expect(recording.of("queries")).toEqual([
    expect.objectContaining({ type: "Find", handler: "FindHandler" }),
  ]);
  expect(recording.of("events").map(({ status, subscriber }) => [status, subscriber])).toEqual([
    ["published", "PlaceHandler"],
    ["handled", "Mailer"],
  ]);
  const spans = recording.spans.map((span) => [span.name, span.spanContext().traceId]);
  const command = spans.find(([name]) => name === "command.Place")!;
  expect(spans).toContainEqual(["event.Placed", command[1]]);
});

test("an event has as many subscribers as want it, those made per request included", async () => {
  const { commands } = await start({}, [PlaceHandler, FindHandler, Mailer, Projection]);
  await commands.execute(new Place("o-1"));
  await commands.execute(new Place("o-2"));
  for (let n = 0; n < 5; n++) await settled();
  const handled = recording.of("events").filter(({ status }) => status === "handled");
  expect(handled.map(({ subscriber }) => subscriber).sort()).toEqual([
    "Mailer",
    "Mailer",
    "Projection",
    "Projection",
  ]);
  expect(Projection.instances.size).toBe(2);
});

test("a subscriber that keeps failing fills the dead-letter queue, and the others go on", async () => {
  Mailer.failing = true;
  const deadLetters = new InMemoryDeadLetterQueue();
  const { events } = await start({ deadLetters, retry: { retries: { event: 1 }, baseMs: 1 } }, [
    Mailer,
    Projection,
  ]);
  const put = new Promise<void>((resolve) => {
    const original = deadLetters.put.bind(deadLetters);
    deadLetters.put = (dead) => original(dead).then(resolve);
  });
  events.publish(new Placed("o-1"));
  await put;
  await settled();
  expect(deadLetters.events).toMatchObject([
    { type: "Placed", subscriber: "Mailer", error: "bounced", attempts: 2 },
  ]);
  const outcomes = recording.of("events").map(({ subscriber, status, dlq }) => [subscriber, status, dlq]);
  expect(outcomes).toContainEqual(["Mailer", "error", true]);
  expect(outcomes).toContainEqual(["Projection", "handled", false]);
});

describe("closing the application", () => {
  const handled = () => recording.of("events").filter(({ status }) => status === "handled");

  test("waits for the subscribers that are still at work, so that their records and spans are not lost", async () => {
    const { commands } = await start({}, [PlaceHandler, Archiver]);
    await commands.execute(new Place("o-1"));
    let closed = false;
    const closing = apps
      .splice(0)[0]!
      .close()
      .then(() => (closed = true));
    for (let n = 0; n < 5; n++) await settled();
    expect([closed, handled()]).toEqual([false, []]);
    Archiver.letGo();
    await closing;
    expect(handled()).toMatchObject([{ subscriber: "Archiver" }]);
    expect(recording.spans.map(({ name }) => name)).toContain("event.Placed");
  });

  test("does not wait for them for ever, and says how many it left", async () => {
    const { commands } = await start({ shutdownDeadlineMs: 20 }, [PlaceHandler, Archiver]);
    await commands.execute(new Place("o-1"));
    await apps.splice(0)[0]!.close();
    expect(handled()).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("1 operation still under way")]);
    Archiver.letGo();
    await settled();
  });
});

describe("registration", () => {
  test("a second handler for a command stops the start", async () => {
    await expect(start({}, [PlaceHandler, OtherPlaceHandler])).rejects.toThrow(
      /The command Place has two handlers, PlaceHandler and OtherPlaceHandler: remove one/,
    );
  });

  test("or it replaces the first with a warning, if that is allowed", async () => {
    const { commands } = await start({ duplicates: "override" }, [PlaceHandler, OtherPlaceHandler]);
    expect(await commands.execute(new Place("o-1"))).toBe("other");
    expect(warnings[0]).toContain("OtherPlaceHandler replaces PlaceHandler");
    expect(recording.of("commands")[1]).toMatchObject({ handler: "OtherPlaceHandler" });
  });

  test("an expected message without a handler stops the start, or is only said", async () => {
    const expected = { command: [Place, Orphan], event: [Placed] };
    await expect(start({ expected })).rejects.toThrow("No handler is registered for Orphan");
    await start({ expected, missing: "warn" });
    expect(warnings).toEqual([expect.stringContaining("No handler is registered for Orphan")]);
  });

  test("without discovery only the handlers that are named are registered", async () => {
    const { commands, queries } = await start({ autoDiscoverHandlers: false, handlers: [PlaceHandler] });
    expect(await commands.execute(new Place("o-1"))).toBe("o-1");
    await expect(queries.execute(new Find("o-1"))).rejects.toThrow();
    expect(recording.of("events").map(({ status }) => status)).toEqual(["published"]);
  });

  test("a message that no one handles is logged as such, and rejects", async () => {
    const { commands } = await start();
    await expect(commands.execute(new Orphan("o-1"))).rejects.toThrow(/Orphan/);
    expect(recording.of("commands")[1]).toMatchObject({ status: "error", error_code: "HANDLER_MISSING" });
  });
});

test("Nest's logger writes to the application's stream, with level, context and stack", () => {
  const logger = new CqrsLogger(recording.logs);
  logger.log("started", "Bootstrap");
  logger.error("failed for jane@example.com", "Error: failed\n  at x", "Orders");
  logger.warn({ disk: "full" }, "Orders");
  expect(recording.of("cqrs-app")).toEqual([
    expect.objectContaining({ level: "INFO", message: "started", logger: "Bootstrap" }),
    expect.objectContaining({ level: "ERROR", message: "failed for j***@example.com", logger: "Orders" }),
    expect.objectContaining({ level: "WARN", message: "{ disk: 'full' }" }),
  ]);
  expect(recording.of("cqrs-app")[1]!.error).toContain("Error: failed");
});
