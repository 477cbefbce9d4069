import {
  AuthenticationError,
  type Connection,
  connectionFrom,
  ConnectionSettingsError,
  NotFoundError,
  OpenObserve,
  UnavailableError,
} from "@o2cqrs/providers/client";
import { exitCodes, messageOf, OperatorError } from "../cli/errors.js";
import { type Session } from "../cli/session.js";
import { type StackConfigValues } from "./deployer.js";

/**
 * How whoever deploys a stack speaks to its server.
 * @throws OperatorError naming what the stack's config and the environment lack
 */
export function operatorConnection(
  config: StackConfigValues,
  { env, projectRoot }: Pick<Session, "env" | "projectRoot">,
): Connection {
  try {
    return connectionFrom({ config: (key) => nonEmpty(config[`o2cqrs:${key}`]), env, folder: projectRoot });
  } catch (error) {
    if (!(error instanceof ConnectionSettingsError)) throw error;
    throw new OperatorError(error.message, { exitCode: exitCodes.usage, cause: error });
  }
}

/**
 * The server behind a connection, after one request that shows that it answers and takes the credentials.
 * @throws OperatorError when it cannot be reached or refuses them
 */
export async function openServer(connection: Connection): Promise<OpenObserve> {
  const server = new OpenObserve(connection);
  try {
    await server.folders.list("dashboards");
    return server;
  } catch (error) {
    await server.close();
    throw explained(error, server);
  }
}

function explained(error: unknown, { url, organization }: OpenObserve): unknown {
  if (error instanceof UnavailableError)
    return new OperatorError(`OpenObserve at ${url} cannot be reached: ${error.serverMessage}`, {
      exitCode: exitCodes.unreachable,
      cure: "Start it (the embedded one: npm start -- --keep), or mend o2cqrs:url.",
      cause: error,
    });
  if (error instanceof NotFoundError)
    return new OperatorError(`There is no organisation ${organization} on ${url}`, {
      exitCode: exitCodes.usage,
      cure: "Make it in OpenObserve first, and name it by its identifier, not its title.",
      cause: error,
    });
  if (error instanceof AuthenticationError)
    return new OperatorError(messageOf(error), { exitCode: exitCodes.usage, cause: error });
  return error;
}

const nonEmpty = (text: string | undefined) => (text === "" ? undefined : text);
