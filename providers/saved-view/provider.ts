import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { preferOwn, takeOver } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { type SavedViewInputs, savedViewSchema } from "./args.js";
import { existingFrom, savedViewKind, viewData } from "./rules.js";

type SavedViewState = SavedViewInputs & { readonly viewId: string };

/** Saved views, which the server gives ids; names are not unique, so an own one is found by its marker. */
export class SavedViewProvider extends Provider<SavedViewInputs, SavedViewState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(savedViewSchema, news);
  }

  diff(_id: string, olds: Properties, news: SavedViewInputs): Difference {
    return difference(savedViewKind, olds, news);
  }

  protected async make(inputs: SavedViewInputs): Promise<dynamic.CreateResult<SavedViewState>> {
    const { savedViews } = this.server;
    const named = await savedViews.getByName(inputs.name);
    const existing = preferOwn(
      named.map((view) => ({ id: view.view_id, ...existingFrom(view) })),
      inputs.marker,
    );
    if (existing !== undefined && takeOver(savedViewKind, inputs.name, inputs, existing))
      await savedViews.update(existing.id, inputs.name, viewData(inputs));
    const viewId = existing?.id ?? (await savedViews.create(inputs.name, viewData(inputs)));
    return { id: viewId, outs: stateOf(inputs, { viewId }) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const view = await this.server.savedViews.get(id);
    return view === undefined ? {} : refreshed(savedViewKind, id, state, existingFrom(view).inputs);
  }

  async update(
    id: string,
    _olds: SavedViewState,
    news: SavedViewInputs,
  ): Promise<dynamic.UpdateResult<SavedViewState>> {
    await this.server.savedViews.update(id, news.name, viewData(news));
    return { outs: stateOf(news, { viewId: id }) };
  }

  async delete(id: string): Promise<void> {
    await this.server.savedViews.delete(id);
  }
}

export const provider = new SavedViewProvider();
