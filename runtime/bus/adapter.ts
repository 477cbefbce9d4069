import { type BusPipeline } from "./pipeline.js";

/** Any bus that hands a message to its handler. */
export interface ExecutingBus<Message extends object = object> {
  execute(message: Message, ...rest: unknown[]): unknown;
}

export interface ObservedBusOptions<Message extends object> {
  readonly kind: "command" | "query";
  /** Class of the handler of a message; default: the message's class followed by `Handler`. */
  readonly handlerOf?: (message: Message) => string;
}

/**
 * The same bus, with every `execute` passing the pipeline. The bus itself is not changed.
 *
 * @example
 * const commands = observeBus(commandBus, pipeline, { kind: "command" });
 * await commands.execute(new PlaceOrder("o-1"));
 */
export function observeBus<Message extends object, Bus extends ExecutingBus<Message>>(
  bus: Bus,
  pipeline: BusPipeline,
  { kind, handlerOf = ({ constructor }) => `${constructor.name}Handler` }: ObservedBusOptions<Message>,
): Bus {
  const execute = (message: Message, ...rest: unknown[]): Promise<unknown> =>
    pipeline.run({ kind, message, handler: handlerOf(message) }, async () => {
      // Awaited here, so that what a bus throws at once is a rejection like any other.
      const result: unknown = await bus.execute(message, ...rest);
      return result;
    });
  return new Proxy(bus, {
    get(target, property) {
      if (property === "execute") return execute;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
