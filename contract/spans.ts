/** The three kinds of span, each named `{prefix}.{Type}`. */
export const spans = {
  command: {
    prefix: "command",
    attributes: { id: "command.id", type: "type", handler: "handler", retryCount: "retry_count" },
  },
  query: {
    prefix: "query",
    attributes: { type: "query.type", cacheHit: "cache_hit", cacheKey: "cache_key", handler: "handler" },
  },
  event: {
    prefix: "event",
    attributes: { type: "event.type", subscriber: "subscriber", status: "status" },
  },
} as const;

export type BusKind = keyof typeof spans;

/** `spanName("command", "PlaceOrder")` is `command.PlaceOrder`. */
export function spanName(kind: BusKind, type: string): string {
  return `${spans[kind].prefix}.${type}`;
}
