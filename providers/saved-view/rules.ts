import type { Kind } from "../base/kind.js";
import type { Existing } from "../base/take-over.js";
import type { ServerSavedView } from "../client/index.js";
import { type SavedViewInputs, savedViewSchema } from "./args.js";

export const savedViewKind: Kind<SavedViewInputs> = {
  name: "SavedView",
  schema: savedViewSchema,
  comparable: (inputs) => ({ ...inputs }),
  replaceOn: [],
};

/** The user interface passes over keys that it does not know, so there is room for the marker. */
export function viewData({ data, marker }: SavedViewInputs): Record<string, unknown> {
  return marker === undefined ? data : { ...data, o2cqrs: marker };
}

/** A view as the server has it, in terms of arguments. */
export function existingFrom({ view_name, data }: ServerSavedView): Existing<SavedViewInputs> {
  const { o2cqrs, ...own } = (typeof data === "object" && data !== null ? data : {}) as Record<
    string,
    unknown
  >;
  const marker = typeof o2cqrs === "string" ? o2cqrs : undefined;
  return { inputs: { name: view_name, data: own, adopt: false, marker }, marker };
}
