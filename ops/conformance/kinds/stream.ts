import { StreamProvider } from "@o2cqrs/providers/stream/provider";
import type { KindCase } from "../life-cycle.js";

export const stream = (prefix: string): KindCase => ({
  kind: "Stream",
  provider: StreamProvider,
  args: {
    name: `${prefix}-Stream`,
    retentionDays: 7,
    fields: [
      { name: "message", type: "Utf8" },
      { name: "trace_id", type: "Utf8" },
    ],
  },
  changes: [
    { what: "retentionDays", args: { retentionDays: 9 }, expected: "update" },
    { what: "maxQueryRangeHours", args: { maxQueryRangeHours: 24 }, expected: "update" },
    { what: "index", args: { index: ["trace_id"] }, expected: "update" },
    { what: "bloomFilter", args: { bloomFilter: ["trace_id"] }, expected: "update" },
    { what: "fullTextSearch", args: { fullTextSearch: ["message"] }, expected: "update" },
    { what: "partitionKeys", args: { partitionKeys: [{ field: "trace_id" }] }, expected: "update" },
    {
      what: "fields",
      args: {
        fields: [
          { name: "message", type: "Utf8" },
          { name: "trace_id", type: "Utf8" },
          { name: "duration_ms", type: "Float64" },
        ],
      },
      expected: "update",
    },
    { what: "flattenLevel", args: { flattenLevel: 5 }, expected: "update" },
    { what: "enableDistinctFields", args: { enableDistinctFields: true }, expected: "update" },
    { what: "storeOriginalData", args: { storeOriginalData: true }, expected: "update" },
    { what: "indexOriginalData", args: { indexOriginalData: true }, expected: "update" },
    { what: "type", args: { type: "traces" }, expected: "replace" },
    { what: "name", args: { name: `${prefix}-stream-b` }, expected: "replace" },
  ],
  // The columns of a defined schema need ZO_ALLOW_USER_DEFINED_SCHEMAS=true on the server.
  ownArguments: ["deletionTimeoutSeconds", "definedSchemaFields"],
  adopts: false,
});
