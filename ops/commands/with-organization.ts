import { type OpenObserve } from "@o2cqrs/providers/client";
import { type Session } from "../cli/session.js";
import { findDeployer } from "../deployment/find-deployer.js";
import { openServer, operatorConnection } from "../deployment/operator-connection.js";

interface Place {
  readonly stack: string;
  /** Default: the stack's. */
  readonly organization?: string;
}

/**
 * Runs work with the server of a stack, as whoever deploys it, and closes the connection behind it. The
 * credentials are never shown.
 */
export async function withOrganization(
  { stack, organization }: Place,
  session: Session,
  work: (server: OpenObserve, password: string) => Promise<void>,
): Promise<void> {
  const deployer = await findDeployer(session, stack);
  const connection = operatorConnection(await deployer.config(stack), session);
  const { credential } = connection;
  const password = credential.kind === "basic" ? credential.password : credential.token;
  session.terminal.hide(password);
  const server = await openServer({ ...connection, organization: organization ?? connection.organization });
  try {
    await work(server, password);
  } finally {
    await server.close();
  }
}
