import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { markerOf, OpenObserveResource } from "../base/resource.js";
import type { DashboardArgs } from "./args.js";

/**
 * A dashboard of schema 8: tabs of panels on a grid of 192 columns, with typed queries.
 *
 * One that was made by hand is never overwritten unless `adopt` says so; what someone changes by hand in this
 * one is found by a refresh and put back by the next deploy.
 *
 * @example
 * new Dashboard("commands", {
 *   title: "Commands",
 *   folder: cqrs.folderId,
 *   tabs: [
 *     {
 *       name: "Rate",
 *       panels: [
 *         {
 *           id: "rate",
 *           type: "line",
 *           title: "Commands a second",
 *           layout: { x: 0, y: 0, w: 96, h: 18 },
 *           queries: [{ kind: "promql", promql: "sum(rate(cqrs_commands_total[5m]))", stream: "cqrs_commands_total" }],
 *         },
 *       ],
 *     },
 *   ],
 * });
 */
export class Dashboard extends OpenObserveResource {
  declare readonly title: Output<string>;
  declare readonly folder: Output<string>;
  /** Id that the server gave it. */
  declare readonly dashboardId: Output<string>;

  constructor(name: string, args: DashboardArgs, options?: CustomResourceOptions) {
    const properties = { ...args, marker: markerOf(name), dashboardId: undefined };
    super("Dashboard", "@o2cqrs/providers/dashboard/provider", name, properties, options);
    this.dashboardId = this.id;
  }
}
