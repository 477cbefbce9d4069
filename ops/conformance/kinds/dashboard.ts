import { DashboardProvider } from "@o2cqrs/providers/dashboard/provider";
import { FolderProvider } from "@o2cqrs/providers/folder/provider";
import type { KindCase } from "../life-cycle.js";

export const dashboard = (prefix: string): KindCase => ({
  kind: "Dashboard",
  provider: DashboardProvider,
  requires: [{ provider: FolderProvider, args: { name: `${prefix} boards`, kind: "dashboards" } }],
  args: { title: `${prefix} dashboard`, description: "first", tabs: [{ name: "Main", panels: [] }] },
  changes: ([folder]) => [
    { what: "description", args: { description: "second" }, expected: "update" },
    {
      what: "tabs",
      args: {
        tabs: [
          { name: "Main", panels: [] },
          {
            name: "More",
            panels: [
              {
                type: "markdown",
                id: "note",
                title: "Note",
                markdown: "# Note",
                layout: { x: 0, y: 0, w: 96, h: 10 },
              },
              {
                type: "line",
                id: "rate",
                title: "Rate",
                layout: { x: 96, y: 0, w: 96, h: 10 },
                queries: [
                  {
                    kind: "sql",
                    sql: "SELECT count(*) AS n FROM watched",
                    stream: "watched",
                    y: [{ column: "n" }],
                  },
                ],
              },
            ],
          },
        ],
      },
      expected: "update",
    },
    { what: "timeRange", args: { timeRange: { kind: "relative", period: "6h" } }, expected: "update" },
    { what: "showDynamicFilters", args: { showDynamicFilters: true }, expected: "update" },
    {
      what: "variables",
      args: {
        variables: [
          { kind: "constant", name: "region", value: "eu" },
          { kind: "textbox", name: "who" },
          { kind: "custom", name: "level", options: [{ label: "Error", value: "error", selected: true }] },
        ],
      },
      expected: "update",
    },
    { what: "folder", args: { folder }, expected: "update" },
    { what: "title", args: { title: `${prefix} dashboard b` }, expected: "update" },
  ],
  adopts: true,
});
