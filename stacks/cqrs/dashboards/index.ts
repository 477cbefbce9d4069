import { type DashboardId, dashboards, metrics } from "@o2cqrs/contract";
import { Dashboard, type Panel } from "@o2cqrs/providers";
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
    const tabs = [{ name: "Overview", panels: ofDashboard }];
    return [
      id,
      new Dashboard(`cqrs-${id}`, { title, description, folder: folderId, tabs, adopt }, { parent }),
    ];
  });
  return Object.fromEntries(made) as CqrsDashboards;
}

const rateOf = (id: string, title: string, metric: string, by: string): Panel => ({
  id,
  title,
  type: "line",
  layout: { x: 0, y: 0, w: 192, h: 18 },
  queries: [
    {
      kind: "promql",
      promql: `sum by (${by}) (rate(${metric}[5m]))`,
      stream: metric,
      legend: `{${by}}`,
    },
  ],
});

const panels: Readonly<Record<DashboardId, Panel[]>> = {
  commands: [rateOf("command-rate", "Commands per second", metrics.commandTotal.name, "status")],
  queries: [rateOf("query-rate", "Queries per second", metrics.queryTotal.name, "cache_hit")],
  events: [rateOf("event-rate", "Events handled per second", metrics.eventHandleTotal.name, "status")],
  runtime: [rateOf("retry-rate", "Retries per second", metrics.commandRetryTotal.name, "type")],
};
