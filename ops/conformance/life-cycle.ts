import { isDeepStrictEqual } from "node:util";
import type { Provider } from "@o2cqrs/providers/base/provider";
import { eventually, type OpenObserve } from "@o2cqrs/providers/client";
import { type Step, Steps } from "./step.js";

/** A read right after a write has been seen to show the state before it, for milliseconds. */
const staleReadMs = 5_000;

type Properties = Record<string, unknown>;
type AnyProvider = Provider<Properties, Properties>;

/** An object as a deployment asks for it. */
export interface Wanted {
  readonly provider: new (server: () => OpenObserve) => AnyProvider;
  readonly args: Properties;
}

/** One change of arguments, and what must become of the object. */
export interface Change {
  readonly what: string;
  readonly args: Properties;
  readonly expected: "update" | "replace";
}

/** One kind of resource: what is made, what it stands on, and how it may change. */
export interface KindCase extends Wanted {
  readonly kind: string;
  /** Arguments that say how to deploy rather than what: they change nothing on a server. */
  readonly ownArguments?: readonly string[];
  /** The server cannot delete it. */
  readonly stays?: true;
  /** Made before, in order, and removed after. */
  readonly requires?: readonly Wanted[];
  /**
   * Made in order, each on top of the one before; of the ids of what it stands on, where they are the
   * server's. The first that updates serves as the drift.
   */
  readonly changes: readonly Change[] | ((requiredIds: readonly string[]) => readonly Change[]);
  /** Whether an object that was there before can be refused or adopted; streams are only ever added to. */
  readonly adopts: boolean;
}

interface Deployed {
  readonly id: string;
  readonly state: Properties;
}

/** The server under test, and how many writes it has been sent. */
export interface Tested {
  readonly server: OpenObserve;
  readonly writes: () => number;
}

/**
 * Takes one kind through its life. A failed step ends the life of that kind, as the next ones stand on it;
 * whatever was made is removed in any case.
 */
export async function lifeCycle(tested: Tested, kindCase: KindCase): Promise<readonly Step[]> {
  const steps = new Steps(kindCase.kind);
  const made: (() => Promise<void>)[] = [];
  const object = new Life(tested, kindCase, made);
  const requiredIds: string[] = [];
  const live = async () => {
    await steps.take("prepare", async () => {
      for (const wanted of kindCase.requires ?? [])
        requiredIds.push(await new Life(tested, wanted, made).create(wanted.args));
    });
    const last = await throughChanges(steps, object, kindCase, requiredIds);
    if (kindCase.stays === true) await steps.take("restore", () => object.change(kindCase.args, "update"));
    else await ending(steps, object, last);
  };
  return steps.run(live, async () => {
    for (const remove of made.reverse()) await remove();
  });
}

/** From its creation through every change. @returns the arguments that it has in the end */
async function throughChanges(
  steps: Steps,
  object: Life,
  { args, changes: made, adopts }: KindCase,
  requiredIds: readonly string[],
): Promise<Properties> {
  const changes = typeof made === "function" ? made(requiredIds) : made;
  await steps.take("create", () => object.create(args));
  await steps.take("no-op", () => object.unchanged(args));
  await steps.take("refresh", () => object.refreshed(args));
  let current = args;
  for (const { what, args: changed, expected } of changes) {
    current = { ...current, ...changed };
    const next = current;
    await steps.take(`${expected} ${what}`, () => object.change(next, expected));
  }
  await steps.take("import", () => object.import(adopts ? { ...current, adopt: true } : current));
  const drift = changes.find(({ expected }) => expected === "update");
  if (drift === undefined) return current;
  // By now the object has the changed value, so the first one is the foreign one.
  const foreign = { ...current, ...pick(args, Object.keys(drift.args)) };
  await steps.take("drift", () => object.drift(foreign, current));
  if (!adopts) return current;
  await steps.take("refuse", () => object.refuse(foreign));
  await steps.take("adopt", () => object.adopt(foreign));
  return foreign;
}

async function ending(steps: Steps, object: Life, last: Properties): Promise<void> {
  await steps.take("delete", () => object.delete());
  await steps.take("delete again", () => object.deleteAgain());
  await steps.take("re-create", () => object.create(last));
  await steps.take("no-op after re-create", () => object.refreshed(last));
}

/** The life of one object, and what the engine would do with it. */
class Life {
  readonly #provider: AnyProvider;
  readonly #writes: () => number;
  readonly #made: (() => Promise<void>)[];
  #current: Deployed | undefined;

  constructor({ server, writes }: Tested, { provider }: Wanted, made: (() => Promise<void>)[]) {
    this.#provider = new provider(() => server);
    this.#writes = writes;
    this.#made = made;
  }

  /** @returns the id */
  async create(args: Properties): Promise<string> {
    const created = await this.#provider.create(this.#checked(args));
    this.#keep(created.id, created.outs);
    return created.id;
  }

  async unchanged(args: Properties): Promise<void> {
    const { id, state } = this.#deployed;
    const { changes, diffs } = this.#provider.diff(id, state, this.#checked(args));
    if (changes) throw new Error(`a deployment without a change differs in ${list(diffs)}`);
    return Promise.resolve();
  }

  async refreshed(args: Properties): Promise<void> {
    const { id, state } = this.#deployed;
    const inputs = this.#checked(args);
    await eventually(
      async () => {
        const read = await this.#provider.read(id, state);
        if (read.id === undefined) return undefined;
        this.#current = { id: read.id, state: plain(read.props) };
        return this.#provider.diff(id, this.#current.state, inputs).changes ? undefined : true;
      },
      { withinMs: staleReadMs },
    );
    if ((await this.#provider.read(id, state)).id === undefined)
      throw new Error("a refresh does not find it");
    await this.unchanged(args);
  }

  async change(args: Properties, expected: Change["expected"]): Promise<void> {
    const { id, state } = this.#deployed;
    const inputs = this.#checked(args);
    const { changes, replaces, deleteBeforeReplace } = this.#provider.diff(id, state, inputs);
    const found = !changes ? "none" : replaces.length > 0 ? "replace" : "update";
    if (found !== expected) throw new Error(`the difference asks for ${found}, not ${expected}`);
    if (expected === "update") {
      const { outs } = await this.#provider.update(id, state, inputs);
      this.#current = { id, state: plain(outs) };
    } else {
      if (deleteBeforeReplace) await this.#provider.delete(id, state);
      await this.create(args);
      if (!deleteBeforeReplace) await this.#provider.delete(id, state);
    }
    await this.refreshed(args);
  }

  /** Someone else changes it; a refresh shows that, and an update puts it right. */
  async drift(foreign: Properties, wanted: Properties): Promise<void> {
    const { id, state } = this.#deployed;
    await this.#provider.update(id, state, this.#checked(foreign));
    const drifted = await eventually(
      async () => {
        const read = await this.#provider.read(id, state);
        const found = plain(read.props);
        return read.id === undefined || isDeepStrictEqual(found, state) ? undefined : found;
      },
      { withinMs: staleReadMs },
    );
    if (drifted === undefined) throw new Error("a refresh does not show it");
    this.#current = { id, state: drifted };
    await this.change(wanted, "update");
  }

  /** A stack without a state takes it over as it is: nothing is written, and nothing is asked next. */
  async import(args: Properties): Promise<void> {
    const { id, state } = this.#deployed;
    const before = this.#writes();
    const { id: found, outs } = await this.#provider.create(this.#checked(args));
    const written = this.#writes() - before;
    if (found !== id) throw new Error(`another one was found or made: ${found}`);
    // A token that cannot be read again is rotated, which the new stack is told.
    const told = { ...plain(outs), adopt: state.adopt };
    if (written > 0 && isDeepStrictEqual({ ...state, ...told }, state))
      throw new Error(`${written} requests changed what should be taken over as it is`);
    this.#current = { id, state: plain(outs) };
    await this.unchanged(args);
  }

  async refuse(args: Properties): Promise<void> {
    const refused = await this.#provider.create(this.#checked(args)).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(refused instanceof Error && refused.name === "TakeOverRefusedError"))
      throw new Error("an object that is not the deployment's was taken over unasked");
  }

  async adopt(args: Properties): Promise<void> {
    const before = this.#deployed.id;
    await this.create({ ...args, adopt: true });
    if (this.#deployed.id !== before) throw new Error(`a second one was made: ${this.#deployed.id}`);
    await this.refreshed(args);
  }

  async delete(): Promise<void> {
    const { id, state } = this.#deployed;
    await this.#provider.delete(id, state);
    const read = await this.#provider.read(id, state);
    if (read.id !== undefined) throw new Error("it is still there");
  }

  async deleteAgain(): Promise<void> {
    await this.#provider.delete(this.#deployed.id, this.#deployed.state);
  }

  get #deployed(): Deployed {
    if (this.#current === undefined) throw new Error("it was not created");
    return this.#current;
  }

  #keep(id: string, outs: unknown): void {
    const deployed = { id, state: plain(outs) };
    this.#current = deployed;
    this.#made.push(() => this.#provider.delete(deployed.id, deployed.state));
  }

  #checked(args: Properties): Properties {
    const { inputs, failures } = this.#provider.check({}, plain(args));
    if (failures !== undefined && failures.length > 0)
      throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
    return plain(inputs);
  }
}

/** As the engine carries it: what is undefined is absent. */
const plain = (value: unknown): Properties => JSON.parse(JSON.stringify(value ?? {})) as Properties;
const pick = (from: Properties, keys: readonly string[]): Properties =>
  Object.fromEntries(keys.map((key) => [key, from[key]]));
const list = (names: unknown): string => (Array.isArray(names) ? names.join(", ") : "something");
