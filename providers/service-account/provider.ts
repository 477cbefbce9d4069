import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference, inputsIn } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { awaitShown } from "../base/shown.js";
import { takeOver } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { type ServiceAccountInputs, serviceAccountSchema } from "./args.js";
import { accountBody, existingFrom, mayStillBe, serviceAccountKind } from "./rules.js";

/** An empty token is one that was lost: the next update rotates it. */
type ServiceAccountState = ServiceAccountInputs & { readonly token: string };

/** Service accounts, whose id is their e-mail address. */
export class ServiceAccountProvider extends Provider<ServiceAccountInputs, ServiceAccountState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(serviceAccountSchema, news);
  }

  diff(_id: string, olds: Properties, news: ServiceAccountInputs): Difference {
    const found = difference(serviceAccountKind, olds, news);
    return olds.token === "" ? { ...found, changes: true, diffs: [...found.diffs, "token"] } : found;
  }

  protected async make(inputs: ServiceAccountInputs): Promise<dynamic.CreateResult<ServiceAccountState>> {
    const { serviceAccounts } = this.server;
    const existing = await serviceAccounts.get(inputs.email);
    let created: string | undefined;
    if (existing === undefined) created = await serviceAccounts.create(accountBody(inputs));
    else if (takeOver(serviceAccountKind, inputs.email, inputs, existingFrom(existing, inputs.rotation)))
      await this.#rename(inputs);
    const token =
      created ?? (await serviceAccounts.readToken(inputs.email)) ?? (await this.#replaceLost(inputs));
    return { id: inputs.email, outs: stateOf(inputs, { token }) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const { serviceAccounts } = this.server;
    const account = await serviceAccounts.get(id);
    if (account === undefined) return {};
    const { rotation } = inputsIn(serviceAccountKind, state);
    const { props, ...rest } = refreshed(
      serviceAccountKind,
      id,
      state,
      existingFrom(account, rotation).inputs,
    );
    const known = typeof state.token === "string" ? state.token : "";
    const token = (await serviceAccounts.readToken(id)) ?? (mayStillBe(known, account.token) ? known : "");
    return { ...rest, props: { ...props, token } };
  }

  async update(
    _id: string,
    olds: ServiceAccountState,
    news: ServiceAccountInputs,
  ): Promise<dynamic.UpdateResult<ServiceAccountState>> {
    const { serviceAccounts } = this.server;
    if (news.firstName !== olds.firstName || news.lastName !== olds.lastName) await this.#rename(news);
    const keep = olds.token !== "" && news.rotation === olds.rotation;
    const token = keep ? olds.token : await serviceAccounts.rotateToken(accountBody(news));
    return { outs: stateOf(news, { token }) };
  }

  async delete(id: string): Promise<void> {
    await this.server.serviceAccounts.delete(id);
  }

  async #rename(inputs: ServiceAccountInputs): Promise<void> {
    const { serviceAccounts } = this.server;
    await serviceAccounts.update(accountBody(inputs));
    await awaitShown(serviceAccountKind, inputs.email, inputs, async () => {
      const account = await serviceAccounts.get(inputs.email);
      return account && existingFrom(account, inputs.rotation).inputs;
    });
  }

  /** Only create and rotation answer a token on newer servers, so one whose answer was lost is replaced. */
  async #replaceLost(inputs: ServiceAccountInputs): Promise<string> {
    console.warn(
      `The token of service account ${inputs.email} cannot be read from this server again, so it is rotated: ` +
        "whatever used the old one must get the new token.",
    );
    return this.server.serviceAccounts.rotateToken(accountBody(inputs));
  }
}

export const provider = new ServiceAccountProvider();
