import type { IncomingHttpHeaders } from "node:http";

import type { ServerContext } from "../context.js";
import { rootToken } from "../users/root.js";
import { passwordMatches, secretsEqual } from "./password.js";
import { message, type Reply, ReplyError } from "./reply.js";

/** What the caller wants to do: an ingest token opens ingest only. */
export interface Purpose {
  /** "" on paths without an organisation. */
  readonly organization: string;
  readonly ingest: boolean;
}

/**
 * The e-mail address of the caller.
 * @throws ReplyError 401: as JSON without a header; `Not Supported` for every bearer token, as in the
 * open-source server; else as text without a content type
 */
export function authenticate(headers: IncomingHttpHeaders, context: ServerContext, purpose: Purpose): string {
  const header = headers.authorization;
  if (header === undefined) throw new ReplyError(message(401, "Unauthorized Access"));
  if (header.startsWith("Bearer ")) throw new ReplyError(challenge("Not Supported"));
  const credentials = header.startsWith("Basic ") ? parseBasic(header.slice(6)) : undefined;
  if (!credentials || !accepts(credentials, context, purpose))
    throw new ReplyError(challenge("Unauthorized Access"));
  return credentials.email;
}

interface Credentials {
  readonly email: string;
  readonly secret: string;
}

export function accepts({ email, secret }: Credentials, context: ServerContext, purpose: Purpose): boolean {
  const { options, metadata } = context;
  if (email === options.rootUser) {
    if (secretsEqual(secret, options.rootPassword)) return true;
    return purpose.ingest && secretsEqual(secret, rootToken(context));
  }
  const user = metadata.users.get(purpose.organization, email);
  if (!user) return false;
  if (user.passwordHash === undefined) return secretsEqual(secret, user.token);
  return (purpose.ingest && secretsEqual(secret, user.token)) || passwordMatches(secret, user.passwordHash);
}

function parseBasic(encoded: string): Credentials | undefined {
  const decoded = Buffer.from(encoded, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  if (colon === -1) return undefined;
  return { email: decoded.slice(0, colon).toLowerCase(), secret: decoded.slice(colon + 1) };
}

const challenge = (body: string): Reply => ({
  status: 401,
  headers: { "www-authenticate": 'Bearer realm="openobserve"' },
  body,
});
