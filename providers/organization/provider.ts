import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import type { Properties } from "../base/values.js";
import { type OrganizationInputs, organizationSchema } from "./args.js";
import { onlyOneNamed, organizationKind } from "./rules.js";

type OrganizationState = OrganizationInputs & { readonly identifier: string };

/** Organisations, whose id is the identifier that the server gave them. */
export class OrganizationProvider extends Provider<OrganizationInputs, OrganizationState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(organizationSchema, news);
  }

  diff(_id: string, olds: Properties, news: OrganizationInputs): Difference {
    return difference(organizationKind, olds, news);
  }

  protected async make(inputs: OrganizationInputs): Promise<dynamic.CreateResult<OrganizationState>> {
    const { organizations } = this.server;
    const existing = onlyOneNamed(inputs.name, await organizations.list());
    const { identifier } = existing ?? (await organizations.create(inputs.name));
    return { id: identifier, outs: stateOf(inputs, { identifier }) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const organization = await this.server.organizations.get(id);
    if (organization === undefined) return {};
    return refreshed(organizationKind, id, state, { name: organization.name });
  }

  async update(
    id: string,
    _olds: OrganizationState,
    news: OrganizationInputs,
  ): Promise<dynamic.UpdateResult<OrganizationState>> {
    await this.server.organizations.rename(id, news.name);
    return { outs: stateOf(news, { identifier: id }) };
  }

  /** No server can: the organisation stays, and the next deployment of its name adopts it. */
  delete(id: string, { name }: OrganizationState): Promise<void> {
    console.warn(`OpenObserve cannot delete organizations: ${JSON.stringify(name)} (${id}) stays.`);
    return Promise.resolve();
  }
}

export const provider = new OrganizationProvider();
