import type { StreamType } from "../data/store.js";

export { rewriteFieldName, rewriteStreamName } from "@o2cqrs/contract";

/** An unknown or missing type silently means logs. */
export function streamType(query: URLSearchParams): StreamType {
  const type = query.get("type");
  return type === "metrics" || type === "traces" || type === "metadata" || type === "enrichment_tables"
    ? type
    : "logs";
}
