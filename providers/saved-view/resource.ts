import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { markerOf, OpenObserveResource } from "../base/resource.js";
import type { SavedViewArgs } from "./args.js";

/**
 * A saved view of the log search: what the user interface shows under a name.
 *
 * @example
 * new SavedView("failed", { name: "Failed commands", data: JSON.parse(readFileSync("failed.json", "utf8")) });
 */
export class SavedView extends OpenObserveResource {
  declare readonly name: Output<string>;
  /** Id that the server gave it. */
  declare readonly viewId: Output<string>;

  constructor(name: string, args: SavedViewArgs, options?: CustomResourceOptions) {
    const properties = { ...args, marker: markerOf(name), viewId: undefined };
    super("SavedView", "@o2cqrs/providers/saved-view/provider", name, properties, options);
    this.name = this.known(args.name, (given) => given.trim());
    this.viewId = this.id;
  }
}
