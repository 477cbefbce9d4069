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
    { what: "name", args: { name: `${prefix}-stream-b` }, expected: "replace" },
  ],
  adopts: false,
});
