import type { DashboardId } from "@o2cqrs/contract";
import { Dashboard, type DashboardSpec } from "@o2cqrs/providers";
import type { Input, Resource } from "@pulumi/pulumi";
import { commandsDashboard } from "./commands.js";
import { eventsDashboard } from "./events.js";
import { overviewDashboard } from "./overview.js";
import { queriesDashboard } from "./queries.js";
import { runtimeDashboard } from "./runtime.js";

export { DashboardBuilder, dashboard, type UnplacedPanel } from "./builder.js";
export * as panel from "./panels.js";

/** What every dashboard shows; plain data. */
export const dashboardSpecs: Readonly<Record<DashboardId, DashboardSpec>> = {
  overview: overviewDashboard,
  commands: commandsDashboard,
  queries: queriesDashboard,
  events: eventsDashboard,
  runtime: runtimeDashboard,
};

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
  const made = Object.entries(dashboardSpecs).map(([id, spec]) => [
    id,
    new Dashboard(`cqrs-${id}`, { ...spec, folder: folderId, adopt }, { parent }),
  ]);
  return Object.fromEntries(made) as CqrsDashboards;
}
