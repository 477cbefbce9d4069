import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { type Connection, connectionFrom, OpenObserve } from "../client/index.js";

/**
 * The server that the stack's config names. The process that runs dynamic providers serves one stack, and
 * configures each kind once: they share one client and its connections.
 */
let current: { readonly connection: Connection; readonly server: OpenObserve } | undefined;

/** Takes the connection from the stack's config. Nothing of it reaches a resource's inputs or state. */
export function configure({ config }: dynamic.ConfigureRequest): void {
  const connection = connectionFrom({ config: (key) => config.get(`o2cqrs:${key}`) });
  if (current !== undefined && isDeepStrictEqual(current.connection, connection)) return;
  void current?.server.close();
  current = { connection, server: new OpenObserve(connection) };
}

/** The configured server. */
export function server(): OpenObserve {
  if (current === undefined) throw new Error("the provider is used before it is configured");
  return current.server;
}
