import type { ServerContext } from "../context.js";
import type { FolderRecord, FolderType } from "../store/records.js";

export const folderTypes = ["dashboards", "alerts", "reports"] as const satisfies readonly FolderType[];

/** Always there: the server makes it when it is first needed. */
export const defaultFolder = "default";

const standard: FolderRecord = { folderId: defaultFolder, name: defaultFolder, description: defaultFolder };

export const folderKey = (type: FolderType, id: string): string => `${type}/${id}`;

export function findFolder(
  { metadata }: ServerContext,
  organization: string,
  type: FolderType,
  id: string,
): FolderRecord | undefined {
  const known = metadata.folders.get(organization, folderKey(type, id));
  return known ?? (id === defaultFolder ? standard : undefined);
}

/** An object in the default folder brings the folder into being. */
export async function ensureDefaultFolder(
  { metadata }: ServerContext,
  organization: string,
  type: FolderType,
): Promise<void> {
  const key = folderKey(type, defaultFolder);
  if (!metadata.folders.get(organization, key)) await metadata.folders.put(organization, key, standard);
}

export const foldersOf = (
  { metadata }: ServerContext,
  organization: string,
  type: FolderType,
): readonly FolderRecord[] =>
  metadata.folders
    .entries(organization)
    .filter(([key]) => key.startsWith(`${type}/`))
    .map(([, folder]) => folder);
