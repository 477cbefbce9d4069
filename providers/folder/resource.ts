import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { markerOf, OpenObserveResource } from "../base/resource.js";
import type { FolderArgs } from "./args.js";

/**
 * A folder of dashboards, alerts or reports. It cannot be deleted while it holds something.
 *
 * @example
 * const cqrs = new Folder("cqrs", { name: "CQRS", kind: "dashboards", description: "Commands, queries, events" });
 * new Dashboard("commands", { title: "Commands", folder: cqrs.folderId, tabs: [...] });
 */
export class Folder extends OpenObserveResource {
  declare readonly name: Output<string>;
  declare readonly kind: Output<"dashboards" | "alerts" | "reports">;
  /** Id by which dashboards and alerts refer to it. */
  declare readonly folderId: Output<string>;

  constructor(name: string, args: FolderArgs, options?: CustomResourceOptions) {
    const properties = { ...args, marker: markerOf(name), folderId: undefined };
    super("Folder", "@o2cqrs/providers/folder/provider", name, properties, options);
    // The id does not change with the folder, and this one is known even while an update is previewed.
    this.folderId = this.id;
  }
}
