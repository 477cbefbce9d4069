import type { dynamic } from "@pulumi/pulumi";
import { checkInputs } from "../base/check.js";
import { difference, type Difference, inputsIn } from "../base/diff.js";
import { Provider, stateOf } from "../base/provider.js";
import { refreshed } from "../base/refresh.js";
import { takeOver } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import { NotFoundError } from "../client/index.js";
import { type FolderInputs, folderSchema } from "./args.js";
import { description, existingFrom, folderKind } from "./rules.js";

type FolderState = FolderInputs & { readonly folderId: string };

/** Folders, which the server gives ids; names are unique within a kind. */
export class FolderProvider extends Provider<FolderInputs, FolderState> {
  check(_olds: unknown, news: unknown): dynamic.CheckResult<Properties> {
    return checkInputs(folderSchema, news);
  }

  diff(_id: string, olds: Properties, news: FolderInputs): Difference {
    return difference(folderKind, olds, news);
  }

  protected async make(inputs: FolderInputs): Promise<dynamic.CreateResult<FolderState>> {
    const { folders } = this.server;
    const { kind, name } = inputs;
    const existing = await folders.getByName(kind, name);
    const folder = existing ?? (await folders.create(kind, name, description(inputs)));
    if (
      existing !== undefined &&
      takeOver(folderKind, `${kind}/${name}`, inputs, existingFrom(kind, existing))
    )
      await folders.update(kind, folder.folderId, name, description(inputs));
    return { id: folder.folderId, outs: stateOf(inputs, { folderId: folder.folderId }) };
  }

  async read(id: string, state: Properties): Promise<dynamic.ReadResult<Properties>> {
    const { kind } = inputsIn(folderKind, state);
    const folder = await this.server.folders.get(kind, id);
    return folder === undefined ? {} : refreshed(folderKind, id, state, existingFrom(kind, folder).inputs);
  }

  async update(
    id: string,
    _olds: FolderState,
    news: FolderInputs,
  ): Promise<dynamic.UpdateResult<FolderState>> {
    const { folders } = this.server;
    // The server would make a folder of an id that it does not know.
    if ((await folders.get(news.kind, id)) === undefined) throw gone(news, id);
    await folders.update(news.kind, id, news.name, description(news));
    return { outs: stateOf(news, { folderId: id }) };
  }

  async delete(id: string, { kind }: FolderState): Promise<void> {
    await this.server.folders.delete(kind, id);
  }
}

function gone({ kind, name }: FolderInputs, id: string): NotFoundError {
  return new NotFoundError({
    method: "PUT",
    path: `/folders/${kind}/${id}`,
    serverMessage: `folder ${name} is gone`,
    cure: "Run pulumi refresh, then deploy again.",
  });
}

export const provider = new FolderProvider();
