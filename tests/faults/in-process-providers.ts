import { type Connection, OpenObserve, type OpenObserveOptions } from "@o2cqrs/providers/client";
import { Agent, type Dispatcher } from "undici";
import type { ProviderClient } from "../../local/engine/provider/client.js";
import type { ProviderRegistry } from "../../local/engine/provider/registry.js";
import { nameOf, typeOf } from "../../local/engine/urn.js";
import { mapProperties, type PropertyMap } from "../../local/engine/values/property.js";
import { inheritSecrets } from "../../local/engine/values/secrecy.js";
import { fromWire, toWire } from "../../local/engine/values/wire.js";
import type { Provider } from "../../providers/base/provider.js";
import type { Properties } from "../../providers/base/values.js";
import { subjectHeader } from "./fault-proxy.js";

/** How long a client waits for an answer that never comes. */
export const patienceMs = 600;

type AnyProvider = Provider<object, object>;
type ProviderClass = new (of: () => OpenObserve) => AnyProvider;

const bare = { secrets: false, resources: false } as const;
/** Values as they are after the way through the protocol, which is JSON in all but its encoding. */
const carried = (map: object): PropertyMap => JSON.parse(JSON.stringify(map)) as PropertyMap;
const toPlain = (map: PropertyMap): Properties => carried(mapProperties(map, (value) => toWire(value, bare)));
const fromPlain = (properties: object = {}): PropertyMap => mapProperties(carried(properties), fromWire);

/** How a resource is called in reports: `Stream cqrs-events`. */
export const subjectOf = (urn: string): string => `${typeOf(urn).split(":").at(-1)} ${nameOf(urn)}`;

/**
 * Runs the providers in this process, as the process of dynamic providers does in its own. Every request says which
 * resource it is about. Each instance stands for one such process, and lives for one run.
 */
export class InProcessProviders {
  readonly #pool: Agent;
  /** Asks what is asked once for all resources. */
  readonly #shared: OpenObserve;
  readonly #served = new Map<string, AnyProvider>();

  constructor(
    private readonly connection: Connection,
    { impatient }: { impatient: boolean },
  ) {
    this.#pool = new Agent({
      connections: 8,
      ...(impatient && { headersTimeout: patienceMs, bodyTimeout: patienceMs }),
    });
    this.#shared = new OpenObserve(connection, this.#optionsFor("the server"));
  }

  /** In the engine's place for its registry of providers. */
  get registry(): ProviderRegistry {
    const client = this.#client as unknown as ProviderClient;
    const registry: Pick<ProviderRegistry, "start" | "warm" | "configure" | "forResource"> = {
      warm: () => undefined,
      start: () => Promise.resolve(client),
      configure: () => Promise.resolve(client),
      forResource: () => Promise.resolve(client),
    };
    // Boundary: the classes' private fields make them more than their interface, which is all that the engine uses.
    return registry as ProviderRegistry;
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  #optionsFor(subject: string): OpenObserveOptions {
    return { firstRetryMs: 1, dispatcher: this.#pool.compose(naming(subject)), warn: () => undefined };
  }

  readonly #client: Pick<
    ProviderClient,
    "checkConfig" | "diffConfig" | "check" | "diff" | "create" | "read" | "update" | "delete"
  > = {
    checkConfig: (_urn, _olds, news) => Promise.resolve(news),
    diffConfig: () => Promise.resolve(undefined),
    check: (urn, olds, news) =>
      this.#about(urn, news, (provider) => {
        const { inputs, failures = [] } = provider.check(toPlain(olds), toPlain(news));
        return { inputs: this.#answered(inputs, news), failures };
      }),
    diff: ({ urn, id }, _oldInputs, oldOutputs, news) =>
      this.#about(urn, news, (provider) => {
        const answer = provider.diff(id, toPlain(oldOutputs), toPlain(news));
        return { ...answer, deleteBeforeReplace: answer.deleteBeforeReplace };
      }),
    create: (urn, inputs) =>
      this.#about(urn, inputs, async (provider) => {
        const { id, outs } = await provider.create(toPlain(inputs));
        return { id, outputs: this.#answered(outs, inputs) };
      }),
    read: ({ urn, id }, inputs, outputs) =>
      this.#about(urn, inputs, async (provider) => {
        const read = await provider.read(id, toPlain(outputs));
        const found = read as typeof read & { inputs?: Properties };
        return {
          id: found.id ?? "",
          outputs: this.#answered(found.props, outputs),
          inputs: found.inputs && this.#answered(found.inputs, inputs),
        };
      }),
    update: ({ urn, id }, _oldInputs, oldOutputs, news) =>
      this.#about(urn, news, async (provider) => {
        const { outs } = await provider.update(id, toPlain(oldOutputs), toPlain(news));
        return this.#answered(outs, news);
      }),
    delete: ({ urn, id }, inputs, outputs) =>
      this.#about(urn, inputs, (provider) => provider.delete(id, toPlain(outputs))),
  };

  /** What serves a resource goes with it, as the real process sees to. */
  #answered(properties: object | undefined, asked: PropertyMap): PropertyMap {
    return inheritSecrets(fromPlain({ ...properties, __provider: asked.__provider }), asked);
  }

  async #about<T>(
    urn: string,
    properties: PropertyMap,
    work: (provider: AnyProvider) => Promise<T> | T,
  ): Promise<T> {
    const subject = subjectOf(urn);
    const provider = this.#served.get(subject) ?? this.#providerFor(subject, properties);
    this.#served.set(subject, provider);
    return work(provider);
  }

  /** A new provider of the kind that the resource's `__provider` names, with a client that names the resource. */
  #providerFor(subject: string, properties: PropertyMap): AnyProvider {
    const text = properties.__provider;
    const module = typeof text === "string" ? /require\("(.+?)"\)/.exec(text)?.[1] : undefined;
    if (module === undefined) throw new Error(`${subject} does not say what serves it`);
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const exported = Object.values(require(module) as Record<string, unknown>);
    const Kind = exported.find((value): value is ProviderClass => typeof value === "function");
    if (Kind === undefined) throw new Error(`${module} exports no provider`);
    const server = new OpenObserve(this.connection, this.#optionsFor(subject));
    server.capabilities = () => this.#shared.capabilities();
    return new Kind(() => server);
  }
}

/** Adds to every request which resource it is about. */
function naming(subject: string): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    const headers = { ...(options.headers as Record<string, string>), [subjectHeader]: subject };
    return dispatch({ ...options, headers }, handler);
  };
}
