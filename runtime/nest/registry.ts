import { type BusKind } from "@o2cqrs/contract";
import { HandlerRegistrationError } from "../bus/errors.js";

export type NamedClass = abstract new (...args: never[]) => object;

export interface RegistrationRules {
  /** A second handler for a command or query: refuse to start, or let the later one win and say so. Default `error`. */
  readonly duplicates?: "error" | "override";
  /** Messages that must have a handler when the application has started. */
  readonly expected?: Partial<Record<BusKind, readonly NamedClass[]>>;
  /** A message of `expected` without a handler: refuse to start, or say so. Default `error`. */
  readonly missing?: "error" | "warn";
  /**
   * Whether decorated handlers register themselves, as `@nestjs/cqrs` does. Off, only those of `handlers` do.
   * Default true.
   */
  readonly autoDiscoverHandlers?: boolean;
  /** The handlers that are registered when they are not discovered. */
  readonly handlers?: readonly NamedClass[];
}

/** Which class handles what, by the rules of registration. */
export class HandlerRegistry {
  readonly #handlers: Record<"command" | "query", Map<NamedClass, string>> = {
    command: new Map(),
    query: new Map(),
  };
  readonly #subscribed = new Set<NamedClass>();

  /** @param warn told what is odd, but allowed */
  constructor(
    readonly rules: RegistrationRules,
    readonly warn: (message: string) => void,
  ) {}

  /**
   * Decides on a registration.
   * @returns whether it takes place
   * @throws HandlerRegistrationError for a duplicate that is not allowed
   */
  admit(kind: BusKind, message: NamedClass, handler: NamedClass): boolean {
    const { autoDiscoverHandlers = true, handlers = [] } = this.rules;
    if (!autoDiscoverHandlers && !handlers.includes(handler)) return false;
    if (kind === "event") {
      this.#subscribed.add(message);
      return true;
    }
    const known = this.#handlers[kind].get(message);
    if (known !== undefined && known !== handler.name) this.#duplicate(kind, message, known, handler.name);
    this.#handlers[kind].set(message, handler.name);
    return true;
  }

  /** The class that handles a message, or undefined if none does. */
  handlerOf(kind: "command" | "query", message: NamedClass): string | undefined {
    return this.#handlers[kind].get(message);
  }

  /**
   * Reports expected messages without a handler.
   * @throws HandlerRegistrationError unless that is only to be said
   */
  checkExpected(): void {
    const { expected = {}, missing = "error" } = this.rules;
    const without = [
      ...(expected.command ?? []).filter((message) => !this.#handlers.command.has(message)),
      ...(expected.query ?? []).filter((message) => !this.#handlers.query.has(message)),
      ...(expected.event ?? []).filter((message) => !this.#subscribed.has(message)),
    ].map(({ name }) => name);
    if (without.length === 0) return;
    const problem = `No handler is registered for ${without.join(", ")}: add it to the providers of a module`;
    if (missing === "error") throw new HandlerRegistrationError(problem);
    this.warn(problem);
  }

  #duplicate(kind: string, { name }: NamedClass, known: string, added: string): void {
    const problem = `The ${kind} ${name} has two handlers, ${known} and ${added}`;
    if (this.rules.duplicates !== "override")
      throw new HandlerRegistrationError(`${problem}: remove one, or allow duplicates: "override"`);
    this.warn(`${problem}: ${added} replaces ${known}`);
  }
}
