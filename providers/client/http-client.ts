import type AgentType from "undici/lib/dispatcher/agent.js";
import type requestType from "undici/lib/api/api-request.js";

/** What sends requests, of undici. */
export interface HttpClient {
  readonly Agent: typeof AgentType;
  /** To be called on a dispatcher. */
  readonly request: typeof requestType;
}

/**
 * Loads undici's client, and not what it has besides: fetch, web sockets, caches and cookies take three times as long
 * to load, and a deploy waits for it twice. To be called with the first request: programs, checks and diffs send none.
 */
export async function httpClient(): Promise<HttpClient> {
  const [{ default: Agent }, { default: request }] = await Promise.all([
    import("undici/lib/dispatcher/agent.js"),
    import("undici/lib/api/api-request.js"),
  ]);
  return { Agent, request };
}
