import { OpenObserve, type OpenObserveOptions } from "@o2cqrs/providers/client";
import { MockAgent, type MockPool } from "undici";

export const origin = "http://observe.example.com";

export const secrets = { user: "deploy@example.com", password: "s3cr3t-p4ss" };

/** A client whose requests are answered by an undici MockAgent, without a network. */
export function mocked(options: OpenObserveOptions = {}): {
  server: OpenObserve;
  pool: MockPool;
  agent: MockAgent;
} {
  const agent = new MockAgent();
  agent.disableNetConnect();
  const server = new OpenObserve(
    { url: origin, organization: "default", credential: { kind: "basic", ...secrets } },
    { dispatcher: agent, firstRetryMs: 1, ...options },
  );
  return { server, pool: agent.get(origin), agent };
}

/** Answers one request, checking what was sent when `body` is given. */
export function answer(
  pool: MockPool,
  request: Parameters<MockPool["intercept"]>[0],
  status: number,
  body: unknown = "",
  headers: Record<string, string> = {},
): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  pool
    .intercept(request)
    .reply(status, text, { headers: { "content-type": "application/json", ...headers } });
}
