import { type Connection, OpenObserve, OpenObserveError } from "@o2cqrs/providers/client";
import { RunError } from "@pulumi/pulumi/errors";

/**
 * Asks a server that runs already one question, with the credentials and in the organisation that everything
 * will use. A wrong address or password is then one error, and not one for every resource.
 *
 * @throws RunError saying what is wrong and what to do
 */
export async function preflight(connection: Connection): Promise<void> {
  const server = new OpenObserve(connection, { retries: 2 });
  try {
    await server.folders.list("dashboards");
  } catch (error) {
    if (!(error instanceof OpenObserveError)) throw error;
    throw new RunError(`OpenObserve at ${connection.url} cannot be used: ${error.message}`);
  } finally {
    await server.close();
  }
}
