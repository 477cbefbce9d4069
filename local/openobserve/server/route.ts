import type { IncomingHttpHeaders } from "node:http";

import type { Decoder } from "../serde/decoder.js";
import type { ServerContext } from "../context.js";
import type { Reply } from "./reply.js";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A request that has passed authentication, the organisation check and routing, its body read and unpacked. */
export interface ServerRequest {
  readonly method: string;
  /** As it came, not decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Values of the `:name` segments, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The `:org` segment, "" on paths without one. */
  readonly organization: string;
  /** E-mail address of the caller, "" on paths that need no authentication. */
  readonly user: string;
  /** After gzip. */
  readonly body: Buffer;
  /** The value of a `:name` segment; throws when the route has none of that name. */
  parameter(name: string): string;
  /**
   * The body as the typed value that the handler expects.
   * @throws ReplyError 415 (content type), 400 (not JSON), 422 (wrong form), with the real server's texts
   */
  json<T>(decoder: Decoder<T>): T;
}

export type Handler = (request: ServerRequest, context: ServerContext) => Reply | Promise<Reply>;

export interface Route {
  readonly method: Method;
  /** Starts with a slash; `:name` stands for one segment. */
  readonly path: string;
  readonly handler: Handler;
}

/** What each file of `routes/` exports: the routes of its area. They may depend on the version. */
export type Area = (context: ServerContext) => readonly Route[];

export const get = (path: string, handler: Handler): Route => ({ method: "GET", path, handler });
export const post = (path: string, handler: Handler): Route => ({ method: "POST", path, handler });
export const put = (path: string, handler: Handler): Route => ({ method: "PUT", path, handler });
export const patch = (path: string, handler: Handler): Route => ({ method: "PATCH", path, handler });
export const del = (path: string, handler: Handler): Route => ({ method: "DELETE", path, handler });
