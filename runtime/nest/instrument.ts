import { type CommandBus, type EventBus, type QueryBus } from "@nestjs/cqrs";
import { type InstanceWrapper } from "@nestjs/core/injector/instance-wrapper";
import { type BusPipeline } from "../bus/pipeline.js";
import { type HandlerRegistry } from "./registry.js";

/** Under these keys the decorators of `@nestjs/cqrs` note on a handler's class what it handles. */
const handledMessage = { command: "__commandHandler__", query: "__queryHandler__" } as const;
const handledEvents = "__eventsHandler__";

type MessageClass = abstract new (...args: never[]) => object;
type Handler = InstanceWrapper<{ execute?: unknown; handle?: (event: object) => unknown }>;

/** Lets every execution of a command or query bus pass the pipeline, and every registration the rules. */
export function instrumentBus(
  bus: CommandBus | QueryBus,
  kind: "command" | "query",
  pipeline: BusPipeline,
  registry: HandlerRegistry,
): void {
  const execute = bus.execute.bind(bus) as (message: object, context?: unknown) => Promise<unknown>;
  const register = bus.register.bind(bus);
  bus.execute = (message: object, asyncContext?: unknown) => {
    const handler = registry.handlerOf(kind, message.constructor as MessageClass) ?? "none";
    return pipeline.run({ kind, message, handler }, () => execute(message, asyncContext));
  };
  bus.register = (handlers = []) => {
    const wanted = handlers.filter((wrapper) => {
      const handler = classOf(wrapper);
      const message = Reflect.getMetadata(handledMessage[kind], handler) as MessageClass;
      return registry.admit(kind, message, handler);
    });
    register(wanted);
  };
}

/** Lets every event and every subscriber's handling of it pass the pipeline. */
export function instrumentEventBus(
  bus: EventBus,
  pipeline: BusPipeline,
  registry: HandlerRegistry,
  resolve: (wrapper: Handler, event: object) => Promise<{ handle?: (event: object) => unknown }>,
  onRegistered: () => void,
): void {
  const publish = bus.publish.bind(bus) as (event: object, ...rest: unknown[]) => unknown;
  const publishAll = bus.publishAll.bind(bus) as (events: object[], ...rest: unknown[]) => unknown;
  const register = bus.register.bind(bus);
  const registerSagas = bus.registerSagas.bind(bus);
  const bind = bus.bind.bind(bus);
  bus.publish = ((event: object, ...rest: unknown[]) => {
    pipeline.published(event);
    return publish(event, ...rest);
  }) as typeof bus.publish;
  bus.publishAll = ((events: object[], ...rest: unknown[]) => {
    for (const event of events) pipeline.published(event);
    return publishAll(events, ...rest);
  }) as typeof bus.publishAll;
  bus.register = (handlers = []) => {
    const wanted = handlers.filter((wrapper) => {
      const handler = classOf(wrapper);
      const events = Reflect.getMetadata(handledEvents, handler) as MessageClass[];
      return events.map((event) => registry.admit("event", event, handler)).some(Boolean);
    });
    register(wanted);
  };
  bus.bind = (wrapper, id) => bind(observed(wrapper, pipeline, resolve) as typeof wrapper, id);
  // The last registration that the module makes: now everything is known.
  bus.registerSagas = (wrappers) => {
    registerSagas(wrappers);
    onRegistered();
  };
}

/** A stand-in for a subscriber whose handling passes the pipeline. */
function observed(
  wrapper: Handler,
  pipeline: BusPipeline,
  resolve: (wrapper: Handler, event: object) => Promise<{ handle?: (event: object) => unknown }>,
): Handler {
  const subscriber = classOf(wrapper).name;
  const handle = (event: object) =>
    pipeline.handleEvent(event, subscriber, async () => {
      const instance = wrapper.isDependencyTreeStatic() ? wrapper.instance : await resolve(wrapper, event);
      return instance.handle?.(event);
    });
  return Object.create(wrapper, {
    instance: { value: { handle } },
    isDependencyTreeStatic: { value: () => true },
  }) as Handler;
}

/** The handler's class; a provider made by a factory has it in its instance only. */
function classOf(wrapper: InstanceWrapper): MessageClass & { readonly name: string } {
  const made = wrapper.inject !== undefined && wrapper.inject !== null;
  const type = (made ? (wrapper.instance as object).constructor : wrapper.metatype) as unknown;
  return type as MessageClass & { readonly name: string };
}
