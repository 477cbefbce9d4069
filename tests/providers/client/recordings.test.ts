import { readFileSync } from "node:fs";
import { type OpenObserve, OpenObserveError } from "@o2cqrs/providers/client";
import { describeWithShared } from "../../shared.js";
import { mocked } from "./mocked.js";

interface Exchange {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly requestBody?: unknown;
  readonly status: number;
  readonly responseHeaders?: Record<string, string>;
  readonly responseBody?: unknown;
}

type Call = (server: OpenObserve, name: string, exchange: Exchange) => Promise<unknown>;

const anyBody = {} as never;

/** The recorded requests that the client makes too, and how it makes them. Bodies are not compared. */
const calls: [method: string, path: RegExp, call: Call][] = [
  ["GET", /^\/config$/, (server) => server.config()],
  ["GET", /^\/api\/default\/streams\/([^/]+)\/schema$/, (server, name) => server.streams.get(name, "logs")],
  [
    "POST",
    /^\/api\/default\/streams\/([^/]+)$/,
    (server, name) => server.streams.create(name, "logs", anyBody),
  ],
  [
    "PUT",
    /^\/api\/default\/streams\/([^/]+)\/settings$/,
    (server, name) => server.streams.updateSettings(name, "logs", anyBody),
  ],
  ["DELETE", /^\/api\/default\/streams\/([^/]+)$/, (server, name) => server.streams.delete(name, "logs")],
  ["GET", /^\/api\/default\/functions$/, (server) => server.functions.list()],
  ["POST", /^\/api\/default\/functions$/, (server) => server.functions.create("f", ".")],
  ["PUT", /^\/api\/default\/functions\/([^/]+)$/, (server, name) => server.functions.update(name, ".")],
  ["DELETE", /^\/api\/default\/functions\/([^/]+)$/, (server, name) => server.functions.delete(name)],
  ["POST", /^\/api\/default\/functions\/test$/, (server) => server.functions.test(".", [])],
  ["GET", /^\/api\/default\/pipelines$/, (server) => server.pipelines.list()],
  ["POST", /^\/api\/default\/pipelines$/, (server) => server.pipelines.create(anyBody)],
  ["PUT", /^\/api\/default\/pipelines$/, (server) => server.pipelines.update("1", 0, anyBody)],
  ["DELETE", /^\/api\/default\/pipelines\/([^/]+)$/, (server, id) => server.pipelines.delete(id)],
  ["GET", /^\/api\/default\/alerts\/templates$/, (server) => server.alertTemplates.list()],
  ["GET", /^\/api\/default\/alerts\/templates\/([^/]+)$/, (server, name) => server.alertTemplates.get(name)],
  ["POST", /^\/api\/default\/alerts\/templates$/, (server) => server.alertTemplates.create(anyBody)],
  [
    "DELETE",
    /^\/api\/default\/alerts\/templates\/([^/]+)$/,
    (server, name) => server.alertTemplates.delete(name),
  ],
  ["GET", /^\/api\/default\/alerts\/destinations$/, (server) => server.alertDestinations.list()],
  [
    "GET",
    /^\/api\/default\/alerts\/destinations\/([^/]+)$/,
    (server, name) => server.alertDestinations.get(name),
  ],
  ["POST", /^\/api\/default\/alerts\/destinations$/, (server) => server.alertDestinations.create(anyBody)],
  [
    "DELETE",
    /^\/api\/default\/alerts\/destinations\/([^/]+)$/,
    (server, name) => server.alertDestinations.delete(name),
  ],
  ["GET", /^\/api\/v2\/default\/alerts$/, (server) => server.alerts.list()],
  ["GET", /^\/api\/v2\/default\/alerts\/([^/]+)$/, (server, id) => server.alerts.get(id)],
  ["POST", /^\/api\/v2\/default\/alerts$/, (server) => server.alerts.create(anyBody, "default")],
  ["PUT", /^\/api\/v2\/default\/alerts\/([^/]+)$/, (server, id) => server.alerts.update(id, anyBody)],
  ["DELETE", /^\/api\/v2\/default\/alerts\/([^/]+)$/, (server, id) => server.alerts.delete(id)],
  [
    "GET",
    /^\/api\/v2\/default\/folders\/(?:dashboards|alerts|reports)$/,
    (server) => server.folders.list("alerts"),
  ],
  [
    "POST",
    /^\/api\/v2\/default\/folders\/(?:dashboards|alerts|reports)$/,
    (server) => server.folders.create("alerts", "n", ""),
  ],
  [
    "DELETE",
    /^\/api\/v2\/default\/folders\/alerts\/([^/]+)$/,
    (server, id) => server.folders.delete("alerts", id),
  ],
  ["GET", /^\/api\/default\/dashboards$/, (server) => server.dashboards.list("default")],
  ["GET", /^\/api\/default\/dashboards\/([^/]+)$/, (server, id) => server.dashboards.get(id)],
  ["POST", /^\/api\/default\/dashboards$/, (server) => server.dashboards.create("default", anyBody)],
  [
    "PUT",
    /^\/api\/default\/dashboards\/([^/]+)$/,
    (server, id) => server.dashboards.update(id, "default", "1", anyBody),
  ],
  [
    "DELETE",
    /^\/api\/default\/dashboards\/([^/]+)$/,
    (server, id) => server.dashboards.delete(id, "default"),
  ],
  ["GET", /^\/api\/default\/service_accounts$/, (server) => server.serviceAccounts.list()],
  ["POST", /^\/api\/default\/service_accounts$/, (server) => server.serviceAccounts.create(anyBody)],
  [
    "DELETE",
    /^\/api\/default\/service_accounts\/([^/]+)$/,
    (server, email) => server.serviceAccounts.delete(email),
  ],
  [
    "POST",
    /^\/api\/default\/_search$/,
    (server) => server.telemetry.search("x", { start: 1, end: 2, acceptPartial: true }),
  ],
  ["POST", /^\/api\/default\/([^/]+)\/_json$/, (server, stream) => server.telemetry.ingest(stream, [])],
];

/** Makes the client do what was recorded and gives it the recorded answer. */
async function replay(exchange: Exchange, call: Call, name: string): Promise<unknown> {
  const { server, pool } = mocked({ retries: 0, warn: () => undefined });
  const { status, responseBody: body, responseHeaders } = exchange;
  const text = body == null ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const type = responseHeaders?.["content-type"] ?? "application/json";
  pool
    .intercept({ method: exchange.method, path: () => true })
    .reply(status, text, { headers: { "content-type": type } });
  return call(server, decodeURIComponent(name), exchange);
}

describe.each(["recordings-v0.60.5.jsonl", "recordings-v0.90.3.jsonl"])("%s", (recording) => {
  describeWithShared(`openobserve/${recording}`, "The client", (file) => {
    const exchanges = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Exchange)
      // Status 0 is a connection that a panic closed; the two paths only look like names.
      .filter(({ status, path }) => status !== 0 && !/\/(?:history|prebuilt)$/.test(path))
      .flatMap((exchange) => {
        const found = calls.find(([method, path]) => exchange.method === method && path.test(exchange.path));
        if (found === undefined) return [];
        const [, path, call] = found;
        return [{ exchange, call, name: path.exec(exchange.path)?.[1] ?? "" }];
      });

    const refusedInside = (exchange: Exchange) =>
      /"failed":[1-9]/.test(JSON.stringify(exchange.responseBody ?? ""));
    const isGood = ({ exchange }: (typeof exchanges)[number]) =>
      exchange.status === 200 && !refusedInside(exchange);
    const good = exchanges.filter(isGood);
    const bad = exchanges.filter((each) => !isGood(each));

    test(`understands every good answer (${good.length})`, async () => {
      expect(good.length).toBeGreaterThan(200);
      const problems: string[] = [];
      for (const { exchange, call, name } of good)
        await replay(exchange, call, name).catch((error: unknown) =>
          problems.push(`${exchange.name}: ${String(error)}`),
        );
      expect(problems).toEqual([]);
    });

    test(`turns every refusal into a typed error with the server's words, or into nothing found (${bad.length})`, async () => {
      expect(bad.length).toBeGreaterThan(80);
      for (const { exchange, call, name } of bad) {
        const outcome = await replay(exchange, call, name).catch((error: unknown) => error);
        if (exchange.status === 404 && outcome === undefined) continue;
        expect({ name: exchange.name, outcome }).toEqual({
          name: exchange.name,
          outcome: expect.any(OpenObserveError),
        });
        const { status, serverMessage } = outcome as OpenObserveError;
        expect(status).toBe(exchange.status);
        const body = exchange.responseBody as { message?: string } | string | null;
        const said = typeof body === "string" ? body : (body?.message ?? "");
        if (exchange.status !== 200) expect(serverMessage).toContain(said.trim().slice(0, 60));
      }
    });
  });
});
