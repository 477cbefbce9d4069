import type { StreamType } from "../data/store.js";

/**
 * The server's rewriting of stream names: each run of characters outside `[a-zA-Z0-9_:]` becomes one `_`, and
 * upper case becomes lower case.
 */
export const rewriteStreamName = (name: string): string =>
  name.replace(/[^a-zA-Z0-9_:]+/gu, "_").toLowerCase();

/** Field names are rewritten too, the colon included. */
export const rewriteFieldName = (name: string): string => name.replace(/[^a-zA-Z0-9_]/gu, "_").toLowerCase();

/** An unknown or missing type silently means logs. */
export function streamType(query: URLSearchParams): StreamType {
  const type = query.get("type");
  return type === "metrics" || type === "traces" || type === "metadata" || type === "enrichment_tables"
    ? type
    : "logs";
}
