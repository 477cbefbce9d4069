import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { hostname } from "node:os";

import type { ServerContext } from "../context.js";
import { checkOrganization, isIngest, needsAuthentication, organizationOf } from "./access.js";
import { authenticate } from "./auth.js";
import { readBody } from "./body.js";
import { decodeBody } from "./json-body.js";
import { empty, HandlerPanic, message, type Reply, ReplyError } from "./reply.js";
import type { Route, ServerRequest } from "./route.js";
import { type Match, Router } from "./router.js";

/** The HTTP server over some routes; it does not listen yet. */
export function newHttpServer(context: ServerContext, routes: readonly Route[]): Server {
  const router = new Router(routes);
  return createServer((request, response) => {
    void answer(context, router, request, response);
  });
}

async function answer(
  context: ServerContext,
  router: Router,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://server");
  const path = rawPath(request.url ?? "/");
  const match = router.find(request.method ?? "GET", path);
  try {
    const reply = await handle(context, match, path, url.searchParams, request);
    send(response, request.method === "HEAD" ? { ...reply, body: "" } : reply, nodeHeader(match, path));
  } catch (error) {
    if (error instanceof ReplyError) send(response, error.reply, nodeHeader(match, path));
    else if (error instanceof HandlerPanic) response.destroy();
    else {
      context.report(`${request.method ?? "GET"} ${path}`, error);
      send(response, message(500, error instanceof Error ? error.message : String(error)), {});
    }
  }
}

/** Authentication and the organisation come before the path: that is why an unknown path without credentials is 401. */
async function handle(
  context: ServerContext,
  match: Match,
  path: string,
  query: URLSearchParams,
  request: IncomingMessage,
): Promise<Reply> {
  const method = request.method ?? "GET";
  let user = "";
  const organization = organizationOf(match, path, context);
  if (needsAuthentication(path)) {
    const ingest = isIngest(method, path);
    user = authenticate(request.headers, context, { organization, ingest });
    await checkOrganization(organization, ingest, context);
  }
  if (match.kind === "none") return empty(404);
  if (match.kind === "wrong method") return { ...empty(405), headers: { allow: match.allow } };
  const body = await readBody(request, context.options.bodyLimitBytes, context.version);
  const { parameters } = match;
  const typed: ServerRequest = {
    method,
    path,
    query,
    headers: request.headers,
    parameters,
    organization,
    user,
    body,
    parameter(name) {
      const value = parameters[name];
      if (value === undefined) throw new Error(`${match.route.path} has no segment :${name}`);
      return value;
    },
    json: (decoder) => decodeBody(request.headers, body, decoder),
  };
  return match.route.handler(typed, context);
}

/** Handlers of the API name their node; paths that no route knows and the paths beside the API do not. */
const nodeHeader = (match: Match, path: string): Readonly<Record<string, string>> =>
  match.kind !== "none" && path.startsWith("/api/") ? { "x-api-node": hostname() } : {};

function send(response: ServerResponse, reply: Reply, more: Readonly<Record<string, string>>): void {
  const body = typeof reply.body === "string" ? Buffer.from(reply.body) : reply.body;
  response.writeHead(reply.status, { ...more, ...reply.headers, "content-length": body.length });
  response.end(body);
}

const rawPath = (url: string): string => url.split("?", 1)[0] ?? "/";
