import type { dynamic } from "@pulumi/pulumi";
import { NotSettledError, type OpenObserve, UnavailableError } from "../client/index.js";
import type { Difference } from "./diff.js";
import { configure, server } from "./session.js";
import { ownProperties, type Properties, withoutUndefined } from "./values.js";

/**
 * The six verbs of a kind of resource. Each kind's `provider` module exports one instance, which is all that
 * the serialised provider in a resource refers to.
 */
export abstract class Provider<Inputs extends object, State extends object> {
  readonly #server: () => OpenObserve;

  /** @param of the server to act on; default the one that the stack's config names */
  constructor(of: () => OpenObserve = server) {
    this.#server = of;
  }

  /** Called once per process before any other verb. */
  configure(request: dynamic.ConfigureRequest): void {
    configure(request);
  }

  abstract check(olds: unknown, news: unknown): dynamic.CheckResult<Properties>;
  abstract diff(id: string, olds: Properties, news: Inputs): Difference;
  /**
   * Looks for the object by its natural key, and makes it or takes it over. Called again when an answer was
   * lost, so that it finds what it may have made.
   */
  protected abstract make(inputs: Inputs): Promise<dynamic.CreateResult<State>>;
  abstract read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>>;
  abstract update(id: string, olds: State, news: Inputs): Promise<dynamic.UpdateResult<State>>;
  abstract delete(id: string, state: State): Promise<void>;

  /** No create may be sent twice, but looking and then making may. */
  async create(inputs: Inputs): Promise<dynamic.CreateResult<State>> {
    const { default: pRetry } = await import("p-retry");
    return pRetry(() => this.make(inputs), {
      retries: 4,
      minTimeout: 200,
      factor: 2,
      randomize: true,
      shouldRetry: ({ error }) => error instanceof UnavailableError && !(error instanceof NotSettledError),
    });
  }

  protected get server(): OpenObserve {
    return this.#server();
  }
}

/** Inputs, and what the server added, in the form that the engine can carry. */
export function stateOf<I extends object, O extends object>(inputs: I, outputs: O): I & O {
  return withoutUndefined({ ...ownProperties(inputs), ...outputs });
}
