import { AuthenticationError, type Connection, eventually, OpenObserve } from "@o2cqrs/providers/client";
import { configFromEnv } from "openobserve-cqrs/runtime/env";
import { OperatorError } from "../cli/errors.js";

type AppEnv = Readonly<Record<string, string>>;

/** How long the nodes of a cluster may take to learn of a new token. */
const knownWithinMs = 15_000;

/**
 * Whether the server takes an environment's credentials for each log stream. Empty batches: nothing is stored.
 */
async function areTaken(env: AppEnv, { caCertificate }: Pick<Connection, "caCertificate">): Promise<boolean> {
  const { baseUrl: url, org: organization, user = "", token: password, streams } = configFromEnv(env);
  const credential = { kind: "basic", user, password } as const;
  const server = new OpenObserve({
    ...{ url, organization, credential },
    ...(caCertificate !== undefined && { caCertificate }),
  });
  try {
    for (const stream of [streams.commands, streams.queries, streams.events])
      await server.telemetry.ingest(stream, []);
    return true;
  } catch (error) {
    if (error instanceof AuthenticationError) return false;
    throw error;
  } finally {
    await server.close();
  }
}

/** @throws OperatorError when the server still refuses them after a while */
export async function requireTaken(
  env: AppEnv,
  connection: Pick<Connection, "caCertificate">,
): Promise<void> {
  const taken = await eventually(async () => ((await areTaken(env, connection)) ? true : undefined), {
    withinMs: knownWithinMs,
  });
  if (taken === true) return;
  throw new OperatorError(`The server refuses the token of ${env.OPENOBSERVE_USER ?? "the application"}`, {
    cure: "Nothing was handed over. If the account's token was replaced by hand, deploy first: o2cqrs up --refresh.",
  });
}

export async function isRefused(
  env: AppEnv,
  connection: Pick<Connection, "caCertificate">,
): Promise<boolean> {
  return !(await areTaken(env, connection));
}
