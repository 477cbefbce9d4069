import { EnrichmentTableProvider } from "@o2cqrs/providers/enrichment-table/provider";
import type { KindCase } from "../life-cycle.js";

export const enrichmentTable = (prefix: string): KindCase => ({
  kind: "EnrichmentTable",
  provider: EnrichmentTableProvider,
  args: { name: `${prefix}-Table`, rows: [{ service: "orders", team: "first, of all" }] },
  changes: [
    {
      what: "rows",
      args: {
        rows: [
          { service: "orders", team: "second" },
          { service: "stock", team: "third" },
        ],
      },
      expected: "update",
    },
    { what: "columns", args: { rows: [{ service: "orders", owner: "fourth" }] }, expected: "update" },
    { what: "name", args: { name: `${prefix}-table-b` }, expected: "replace" },
  ],
  ownArguments: ["deletionTimeoutSeconds"],
  adopts: true,
});
