import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { awaitShown, differencesShown } from "../base/shown.js";
import { takeOver, TakeOverRefusedError } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { type UserInputs, userSchema } from "./args.js";
import { existingFrom, namesOf, userKind } from "./rules.js";

type UserState = UserInputs;

/** People, whose id is their e-mail address. */
export class UserProvider extends Provider<UserInputs, UserState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(userSchema, news);
  }

  diff(_id: string, olds: Properties, news: UserInputs): Difference {
    return difference(userKind, olds, news);
  }

  protected async make(inputs: UserInputs): Promise<dynamic.CreateResult<UserState>> {
    const existing = await this.#existing(inputs.email, inputs.password);
    if (existing === undefined) await this.#create(inputs);
    else if (takeOver(userKind, inputs.email, inputs, existing)) await this.#write(existing.inputs, inputs);
    return { id: inputs.email, outs: stateOf(inputs, {}) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const known = typeof state.password === "string" ? state.password : "";
    const existing = await this.#existing(id, known);
    return existing === undefined ? {} : refreshed(userKind, id, state, existing.inputs);
  }

  async update(_id: string, olds: UserState, news: UserInputs): Promise<dynamic.UpdateResult<UserState>> {
    await this.#write(olds, news);
    return { outs: stateOf(news, {}) };
  }

  async delete(id: string): Promise<void> {
    await this.server.users.delete(id);
  }

  /** A member of the organisation, and whether the password is still the known one. */
  async #existing(email: string, password: string) {
    const { users } = this.server;
    const user = await users.get(email);
    if (user === undefined) return undefined;
    const isKnown = password !== "" && (await users.signsIn(email, password));
    return existingFrom(user, isKnown ? password : "");
  }

  /**
   * The server has one account for an address. Where another organisation has it, it answers 200, makes it a
   * member and drops the names and the password that were sent.
   */
  async #create(inputs: UserInputs): Promise<void> {
    const { users } = this.server;
    await users.create(namesOf(inputs), inputs.password);
    const differences = await differencesShown(userKind, inputs, () => this.#shown(inputs));
    if (differences.length === 0) return;
    const isMember = await this.#existing(inputs.email, inputs.password);
    if (isMember !== undefined && inputs.adopt) return this.#write(isMember.inputs, inputs);
    await users.delete(inputs.email);
    throw new TakeOverRefusedError(
      `User ${inputs.email} exists in another organisation of this server and differs in ` +
        `${differences.join(", ")}. Set adopt: true to make it a member of this one and to give it these names ` +
        "and this password, there too.",
    );
  }

  async #write(olds: UserInputs, news: UserInputs): Promise<void> {
    const { users } = this.server;
    if (news.firstName !== olds.firstName || news.lastName !== olds.lastName)
      await users.rename(namesOf(news));
    if (news.password !== olds.password) await users.setPassword(news.email, news.password);
    await awaitShown(userKind, news.email, news, () => this.#shown(news));
  }

  async #shown({ email, password }: UserInputs): Promise<UserInputs | undefined> {
    return (await this.#existing(email, password))?.inputs;
  }
}

export const provider = new UserProvider();
