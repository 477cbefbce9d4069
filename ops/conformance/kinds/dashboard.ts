import { DashboardProvider } from "@o2cqrs/providers/dashboard/provider";
import { FolderProvider } from "@o2cqrs/providers/folder/provider";
import type { KindCase } from "../life-cycle.js";

export const dashboard = (prefix: string): KindCase => ({
  kind: "Dashboard",
  provider: DashboardProvider,
  requires: [{ provider: FolderProvider, args: { name: `${prefix} boards`, kind: "dashboards" } }],
  args: { title: `${prefix} dashboard`, description: "first", tabs: [{ name: "Main", panels: [] }] },
  changes: [
    { what: "description", args: { description: "second" }, expected: "update" },
    {
      what: "tabs",
      args: {
        tabs: [
          { name: "Main", panels: [] },
          { name: "More", panels: [] },
        ],
      },
      expected: "update",
    },
    { what: "timeRange", args: { timeRange: { kind: "relative", period: "6h" } }, expected: "update" },
    { what: "showDynamicFilters", args: { showDynamicFilters: true }, expected: "update" },
    { what: "title", args: { title: `${prefix} dashboard b` }, expected: "update" },
  ],
  adopts: true,
});
