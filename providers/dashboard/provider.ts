import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { retryOnConflict } from "../base/conflict.js";
import { difference, type Difference, inputsIn } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { preferOwn, takeOver } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { NotFoundError } from "../client/index.js";
import type { DashboardInputs } from "./args.js";
import { dashboardBody, dashboardKind, dashboardSchema, existingFrom, replacementBody } from "./rules.js";

type DashboardState = DashboardInputs & { readonly dashboardId: string };

/** Dashboards, which the server gives ids; titles are not unique, so an own one is found by its marker. */
export class DashboardProvider extends Provider<DashboardInputs, DashboardState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(dashboardSchema, news);
  }

  diff(_id: string, olds: Properties, news: DashboardInputs): Difference {
    return difference(dashboardKind, olds, news);
  }

  protected async make(inputs: DashboardInputs): Promise<dynamic.CreateResult<DashboardState>> {
    const { dashboards } = this.server;
    const { folder, title } = inputs;
    const titled = (await dashboards.list(folder)).filter(({ content }) => content.title === title);
    const existing = preferOwn(
      titled.map((dashboard) => ({ id: dashboard.id, ...existingFrom(dashboard, folder) })),
      inputs.marker,
    );
    if (existing !== undefined && takeOver(dashboardKind, `${folder}/${title}`, inputs, existing))
      await this.#replaceAll(existing.id, inputs);
    const id = existing?.id ?? (await dashboards.create(folder, dashboardBody(inputs))).id;
    return { id, outs: stateOf(inputs, { dashboardId: id }) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const dashboard = await this.server.dashboards.get(id);
    if (dashboard === undefined) return {};
    const known = inputsIn(dashboardKind, state);
    const folder = (await this.#folderOf(id, known.folder)) ?? known.folder;
    return refreshed(dashboardKind, id, state, existingFrom(dashboard, folder).inputs);
  }

  async update(
    id: string,
    olds: DashboardState,
    news: DashboardInputs,
  ): Promise<dynamic.UpdateResult<DashboardState>> {
    if (olds.folder !== news.folder) await this.server.dashboards.move(id, olds.folder, news.folder);
    await this.#replaceAll(id, news);
    return { outs: stateOf(news, { dashboardId: id }) };
  }

  async delete(id: string, { folder }: DashboardState): Promise<void> {
    const { dashboards } = this.server;
    await dashboards.delete(id, folder);
    // 404 means gone, or in another folder since someone moved it.
    if ((await dashboards.get(id)) === undefined) return;
    const actual = await this.#folderOf(id, folder);
    if (actual !== undefined) await dashboards.delete(id, actual);
  }

  /** Replaces a dashboard in its folder, bringing it back there if someone moved it. */
  async #replaceAll(id: string, inputs: DashboardInputs): Promise<void> {
    const { dashboards } = this.server;
    const { folder, title } = inputs;
    await retryOnConflict(`Dashboard ${title}`, async () => {
      const current = await dashboards.get(id);
      if (current === undefined) throw gone(id, inputs);
      const replace = () => dashboards.update(id, folder, current.hash, replacementBody(inputs, current));
      try {
        await replace();
      } catch (error) {
        const actual = error instanceof NotFoundError ? await this.#folderOf(id, folder) : undefined;
        if (actual === undefined || actual === folder) throw error;
        await dashboards.move(id, actual, folder);
        await replace();
      }
    });
  }

  /** Only the lists of folders tell where a dashboard is. */
  async #folderOf(id: string, expected: string): Promise<string | undefined> {
    const { dashboards, folders } = this.server;
    const holds = async (folder: string) =>
      (await dashboards.list(folder)).some((dashboard) => dashboard.id === id);
    if (await holds(expected)) return expected;
    for (const { folderId } of await folders.list("dashboards"))
      if (folderId !== expected && (await holds(folderId))) return folderId;
    return undefined;
  }
}

function gone(id: string, { title }: DashboardInputs): NotFoundError {
  return new NotFoundError({
    method: "PUT",
    path: `/dashboards/${id}`,
    serverMessage: `dashboard ${title} is gone`,
    cure: "Run pulumi refresh, then deploy again.",
  });
}

export const provider = new DashboardProvider();
