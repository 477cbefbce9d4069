import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { type Connection, connectionFrom, OpenObserve } from "../client/index.js";

let stack: dynamic.Config | undefined;
let current:
  | { readonly stack: dynamic.Config; readonly connection: Connection; readonly server: OpenObserve }
  | undefined;

/**
 * Keeps the stack's config. The connection is taken from it when a server is first needed: checks and diffs
 * do without, so that a preview works before there is a server.
 */
export function configure({ config }: dynamic.ConfigureRequest): void {
  stack = config;
}

/**
 * The server that the stack's config names. The process that runs dynamic providers serves one stack, and
 * configures each kind once: they share one client and its connections.
 *
 * @throws ConnectionSettingsError when the config does not say where the server is or who to be there
 */
export function server(): OpenObserve {
  if (stack === undefined) throw new Error("the provider is used before it is configured");
  if (current?.stack === stack) return current.server;
  const config = stack;
  const connection = connectionFrom({ config: (key) => config.get(`o2cqrs:${key}`) });
  const same = current && isDeepStrictEqual(current.connection, connection) ? current.server : undefined;
  if (same === undefined) void current?.server.close();
  current = { stack, connection, server: same ?? new OpenObserve(connection) };
  return current.server;
}
