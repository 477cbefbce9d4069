import type { Output } from "@pulumi/pulumi";
import type { Inputs } from "../base/inputs.js";
import type { DashboardInputs } from "../dashboard/args.js";
import { existingFrom as dashboardFrom } from "../dashboard/rules.js";
import type { FolderInputs } from "../folder/args.js";
import { existingFrom as folderFrom } from "../folder/rules.js";
import type { SavedViewInputs } from "../saved-view/args.js";
import { existingFrom as viewFrom } from "../saved-view/rules.js";
import { ask, asOutput, type Described, described, found, onlyOne } from "./lookup.js";

export interface GetFolderByNameArgs {
  name: string;
  kind: "dashboards" | "alerts" | "reports";
}

/** A folder and its id. */
export type FolderResult = Described<FolderInputs> & { readonly folderId: string };

/**
 * A folder that is there already.
 *
 * @throws LookupError when there is none of that kind and name
 */
export function getFolderByName({ name, kind }: GetFolderByNameArgs): Promise<FolderResult> {
  return ask(async ({ folders }) => {
    const folder = found(`folder ${name} of ${kind}`, await folders.getByName(kind, name));
    return { ...described(folderFrom(kind, folder).inputs), folderId: folder.folderId };
  });
}

/** {@link getFolderByName} for arguments that are outputs. */
export function getFolderByNameOutput(args: Inputs<GetFolderByNameArgs>): Output<FolderResult> {
  return asOutput(getFolderByName, args);
}

export interface GetDashboardByTitleArgs {
  title: string;
  /** Id of its folder. Default `default`. */
  folder?: string;
}

/** A dashboard and its id. */
export type DashboardResult = Described<DashboardInputs> & { readonly dashboardId: string };

/**
 * A dashboard that is there already.
 *
 * @throws LookupError when there is none of that title in the folder, or several
 */
export function getDashboardByTitle({
  title,
  folder = "default",
}: GetDashboardByTitleArgs): Promise<DashboardResult> {
  return ask(async ({ dashboards }) => {
    const titled = (await dashboards.list(folder)).filter(({ content }) => content.title === title);
    const what = `dashboard ${JSON.stringify(title)} in folder ${folder}`;
    const dashboard = onlyOne(what, titled, ({ id }) => id);
    return { ...described(dashboardFrom(dashboard, folder).inputs), dashboardId: dashboard.id };
  });
}

/** {@link getDashboardByTitle} for arguments that are outputs. */
export function getDashboardByTitleOutput(args: Inputs<GetDashboardByTitleArgs>): Output<DashboardResult> {
  return asOutput(getDashboardByTitle, args);
}

export interface GetSavedViewByNameArgs {
  name: string;
}

/** A saved view and its id. */
export type SavedViewResult = Described<SavedViewInputs> & { readonly viewId: string };

/**
 * A saved view that is there already.
 *
 * @throws LookupError when there is none of that name, or several
 */
export function getSavedViewByName({ name }: GetSavedViewByNameArgs): Promise<SavedViewResult> {
  return ask(async ({ savedViews }) => {
    const named = await savedViews.getByName(name);
    const view = onlyOne(`saved view ${JSON.stringify(name)}`, named, ({ view_id }) => view_id);
    return { ...described(viewFrom(view).inputs), viewId: view.view_id };
  });
}

/** {@link getSavedViewByName} for arguments that are outputs. */
export function getSavedViewByNameOutput(args: Inputs<GetSavedViewByNameArgs>): Output<SavedViewResult> {
  return asOutput(getSavedViewByName, args);
}
