import { type DashboardId, dashboards, type LogStreamRole, metrics, streams } from "@o2cqrs/contract";
import { Dashboard, type DashboardVariable, type Panel } from "@o2cqrs/providers";
import type { Input, Resource } from "@pulumi/pulumi";

export interface CqrsDashboardsArgs {
  /** Folder that holds the dashboards. */
  readonly folderId: Input<string>;
  /** Component that they belong to. */
  readonly parent: Resource;
  readonly adopt: boolean;
}

export type CqrsDashboards = Readonly<Record<DashboardId, Dashboard>>;

/** The dashboards of the contract, in one folder. */
export function createDashboards({ folderId, parent, adopt }: CqrsDashboardsArgs): CqrsDashboards {
  const made = Object.entries(panels).map(([id, ofDashboard]) => {
    const { title, description } = dashboards[id as DashboardId];
    const tabs = [{ name: "Overview", panels: stacked(ofDashboard) }];
    return [
      id,
      new Dashboard(
        `cqrs-${id}`,
        { title, description, folder: folderId, tabs, variables, adopt },
        { parent },
      ),
    ];
  });
  return Object.fromEntries(made) as CqrsDashboards;
}

type Unplaced = Omit<Extract<Panel, { queries: unknown }>, "layout">;

const panelHeight = 18;

/** Panels one below the other, each as wide as the dashboard. */
const stacked = (unplaced: readonly Unplaced[]): Panel[] =>
  unplaced.map((panel, row) => ({
    ...panel,
    layout: { x: 0, y: row * panelHeight, w: 192, h: panelHeight },
  }));

/** Narrows every panel that has the dimension; a regular expression, so that the start shows all. */
const narrowing = (name: "type" | "handler", label: string): DashboardVariable => ({
  kind: "textbox",
  name,
  label,
  value: ".*",
});

const variables = [
  narrowing("type", "Type (regular expression)"),
  narrowing("handler", "Handler (regular expression)"),
];

const rateOf = (id: string, title: string, metric: string, by: string): Unplaced => ({
  id,
  title,
  type: "line",
  queries: [
    {
      kind: "promql",
      promql: `sum by (${by}) (rate(${metric}{type=~"$type"}[5m]))`,
      stream: metric,
      legend: `{${by}}`,
    },
  ],
});

/** From the records: they know each duration exactly, and events have no histogram. */
function slowestHandlers(id: string, title: string, role: LogStreamRole): Unplaced {
  const { storedName } = streams[role];
  return {
    id,
    title,
    type: "line",
    config: { unit: "milliseconds" },
    queries: [
      {
        kind: "sql",
        sql: `SELECT histogram(_timestamp) AS moment, handler, approx_percentile_cont(duration_ms, 0.95) AS p95 FROM "${storedName}" WHERE re_match(type, '$type') AND re_match(handler, '$handler') GROUP BY moment, handler ORDER BY moment`,
        stream: storedName,
        x: [{ column: "moment" }],
        y: [{ column: "p95" }],
        breakdown: [{ column: "handler" }],
      },
    ],
  };
}

const gaugeOf = (id: string, title: string, metric: string, by: string): Unplaced => ({
  id,
  title,
  type: "line",
  queries: [{ kind: "promql", promql: `sum by (${by}) (${metric})`, stream: metric, legend: `{${by}}` }],
});

const panels: Readonly<Record<DashboardId, readonly Unplaced[]>> = {
  commands: [
    rateOf("command-rate", "Commands per second", metrics.commandTotal.name, "status"),
    slowestHandlers("command-p95", "p95 by handler", "commands"),
  ],
  queries: [
    rateOf("query-rate", "Queries per second", metrics.queryTotal.name, "cache_hit"),
    slowestHandlers("query-p95", "p95 by handler", "queries"),
  ],
  events: [
    rateOf("event-rate", "Events handled per second", metrics.eventHandleTotal.name, "status"),
    slowestHandlers("event-p95", "p95 by handler", "events"),
  ],
  runtime: [
    gaugeOf("inflight", "Operations in flight", metrics.inflightOperations.name, "kind"),
    gaugeOf("refreshes", "Background refreshes", metrics.backgroundRefreshActive.name, "type"),
    rateOf("retry-rate", "Retries per second", metrics.commandRetryTotal.name, "type"),
  ],
};
