import type { Kind } from "../base/kind.js";
import { markerIn, withMarker, withoutMarker } from "../base/marker.js";
import type { Existing } from "../base/take-over.js";
import type { FolderKind, ServerFolder } from "../client/index.js";
import { type FolderInputs, folderSchema } from "./args.js";

export const folderKind: Kind<FolderInputs> = {
  name: "Folder",
  schema: folderSchema,
  comparable: (inputs) => ({ ...inputs }),
  replaceOn: ["kind"],
};

/** The description that is sent: the server wants one, and it has room for the marker. */
export function description({ description: text, marker }: FolderInputs): string {
  return withMarker(text, marker);
}

/** A folder as the server has it, in terms of arguments. */
export function existingFrom(kind: FolderKind, folder: ServerFolder): Existing<FolderInputs> {
  const marker = markerIn(folder.description);
  return {
    inputs: { name: folder.name, kind, description: withoutMarker(folder.description), adopt: false, marker },
    marker,
  };
}
