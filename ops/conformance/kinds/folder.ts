import { FolderProvider } from "@o2cqrs/providers/folder/provider";
import type { KindCase } from "../life-cycle.js";

export const folder = (prefix: string): KindCase => ({
  kind: "Folder",
  provider: FolderProvider,
  args: { name: `${prefix} folder`, kind: "dashboards", description: "first" },
  changes: [
    { what: "description", args: { description: "second" }, expected: "update" },
    { what: "name", args: { name: `${prefix} renamed` }, expected: "update" },
    { what: "kind", args: { kind: "alerts" }, expected: "replace" },
  ],
  adopts: true,
});
