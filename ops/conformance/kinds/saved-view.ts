import { SavedViewProvider } from "@o2cqrs/providers/saved-view/provider";
import type { KindCase } from "../life-cycle.js";

export const savedView = (prefix: string): KindCase => ({
  kind: "SavedView",
  provider: SavedViewProvider,
  args: { name: `${prefix} view`, data: { query: "first" } },
  changes: [
    { what: "data", args: { data: { query: "second", deep: [1.5, null, { a: true }] } }, expected: "update" },
    { what: "name", args: { name: `${prefix} view b` }, expected: "update" },
  ],
  adopts: true,
});
