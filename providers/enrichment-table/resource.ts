import { rewriteStreamName } from "@o2cqrs/contract";
import type { CustomResourceOptions, Output } from "@pulumi/pulumi";
import { OpenObserveResource } from "../base/resource.js";
import type { EnrichmentTableArgs } from "./args.js";

/**
 * Reference data that VRL programs look up: `get_enrichment_table_record("teams", { "service": .service })`.
 *
 * @example
 * const teams = new EnrichmentTable("teams", {
 *   name: "teams",
 *   rows: [{ service: "orders", team: "checkout" }, { service: "stock", team: "warehouse" }],
 * });
 */
export class EnrichmentTable extends OpenObserveResource {
  /** Name as the server keeps it, by which programs look it up. */
  declare readonly name: Output<string>;

  constructor(name: string, args: EnrichmentTableArgs, options?: CustomResourceOptions) {
    super("EnrichmentTable", "@o2cqrs/providers/enrichment-table/provider", name, args, options);
    this.name = this.known(args.name, (given) => rewriteStreamName(given.trim()));
  }
}
