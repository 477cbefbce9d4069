import { types } from "node:util";
import { type Failure, OpenObserveError, UnavailableError } from "./errors.js";

/** The connection was never made, so the server cannot have acted. */
const beforeSending = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** The server's certificate does not convince; trying again would not change that. */
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|ALTNAME/;

const certificateCure =
  "If the server's certificate is signed by your own authority, give it: " +
  'pulumi config set o2cqrs:caCertificate "$(cat ca.pem)"';

/** The server's certificate was refused. */
export class CertificateError extends OpenObserveError {}

/**
 * The typed error for a connection that failed. An abort by the caller passes through as it is.
 *
 * @param address origin of the server
 */
export function networkError(
  failure: Pick<Failure, "method" | "path">,
  address: string,
  cause: unknown,
  signal?: AbortSignal,
): unknown {
  if (signal?.aborted) return cause;
  const { code, message } = describe(cause);
  const serverMessage = code === undefined || message.includes(code) ? message : `${message} (${code})`;
  if (code !== undefined && certificate.test(code))
    return new CertificateError({ ...failure, address, serverMessage, cure: certificateCure });
  if (code === undefined || !beforeSending.has(code))
    return new UnavailableError({ ...failure, serverMessage }, { cause });
  const cure = "Is the server up, and is o2cqrs:url its address?";
  return new UnavailableError({ ...failure, address, serverMessage, cure }, { cause, notProcessed: true });
}

/** Happy-eyeballs failures hide the reason in the first of several errors. */
function describe(cause: unknown): { code: string | undefined; message: string } {
  // Not instanceof: an error of node's own need not be of this realm.
  const error = isAggregate(cause) ? cause.errors[0] : cause;
  if (!types.isNativeError(error)) return { code: undefined, message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return { code, message: error.message };
}

function isAggregate(error: unknown): error is { errors: unknown[] } {
  return types.isNativeError(error) && "errors" in error && Array.isArray(error.errors);
}
