/** What went wrong with one request. Never holds a header, a body that was sent, or a query. */
export interface Failure {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /**
   * Origin of the server, when it cannot be reached or has nothing behind it: whatever is asked for then fails for
   * the same reason, and should read the same.
   */
  readonly address?: string | undefined;
  /** HTTP status; absent when no answer came. */
  readonly status?: number | undefined;
  /** What the server said, or what happened to the connection. */
  readonly serverMessage: string;
  /** What the reader can do about it. */
  readonly cure?: string | undefined;
}

/** A request that OpenObserve did not answer as asked. The subclasses say which kind of failure it was. */
export class OpenObserveError extends Error {
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly serverMessage: string;

  constructor(failure: Failure, options?: ErrorOptions) {
    const { method, path, address, status } = failure;
    const cure = failure.cure === undefined ? "" : `\n${failure.cure}`;
    const said = failure.serverMessage.trim() || "(no message)";
    super(`${address ?? `${method} ${path}`} ${outcomeOf(address, status)}: ${said}${cure}`, options);
    this.name = new.target.name;
    // Pulumi writes the stack of every resource's error to the terminal: no line of source has a part in this one.
    if (address !== undefined) this.stack = this.name;
    this.method = method;
    this.path = path;
    this.status = status;
    this.serverMessage = said;
  }
}

function outcomeOf(address: string | undefined, status: number | undefined): string {
  if (status !== undefined) return `answered ${status}`;
  return address === undefined ? "failed" : "cannot be reached";
}

/** The credentials were refused, or may not do this (401, 403). */
export class AuthenticationError extends OpenObserveError {}

/** The object, or one that it needs, is not there (404). */
export class NotFoundError extends OpenObserveError {}

/** Someone else changed it, it is in use, or one of that name exists (409, and 400 `already exists`). */
export class ConflictError extends OpenObserveError {}

/** The server refuses what was sent, or answered 200 and refused a part (400, 413, 415, 422). */
export class ValidationError extends OpenObserveError {}

/** This server does not have the feature (405, 501, or known from its version). */
export class UnsupportedError extends OpenObserveError {}

/**
 * No answer, or the server cannot serve now (429, 502, 503, 504, 500 from a locked database, a broken
 * connection, a timeout).
 */
export class UnavailableError extends OpenObserveError {
  /** Whether the server surely did not act on the request, so that even a create may be sent again. */
  readonly notProcessed: boolean;
  /** What a `Retry-After` header asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(
    failure: Failure,
    options: ErrorOptions & { notProcessed?: boolean; retryAfterMs?: number | undefined } = {},
  ) {
    super(failure, options);
    this.notProcessed = options.notProcessed ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What was saved, or was to be deleted first, does not show within the bound: to ask again at once is no use. */
export class NotSettledError extends UnavailableError {}

/** An answer that is not what any known version gives. */
export class UnexpectedAnswerError extends OpenObserveError {}

/** Something that exists says so with 400: streams, functions, templates, destinations, folders, accounts. */
const exists = /already exists?\b/i;

/** Two writes met in the server's SQLite database: the later one is told so with 500. */
const locked = /database is locked/i;

const rotateHint =
  "Check o2cqrs:user and o2cqrs:password (a user's password or a service account's token). " +
  "Open-source servers take only o2cqrs:auth basic.";

const behindHint = "What answers there has no server behind it that can serve: is OpenObserve up?";

/**
 * The typed error for an answer with a failure status.
 *
 * @param address origin of the server, which a gateway without it speaks for
 */
export function errorForStatus(
  failure: Failure & { status: number },
  { retryAfterMs, address }: { readonly retryAfterMs?: number | undefined; readonly address?: string } = {},
): OpenObserveError {
  const { status } = failure;
  if (status === 401 || status === 403) return new AuthenticationError({ cure: rotateHint, ...failure });
  if (status === 404) return new NotFoundError(failure);
  if (status === 409) return new ConflictError(failure);
  if (status === 405 || status === 501) return new UnsupportedError(failure);
  if (status === 429) return new UnavailableError(failure, { notProcessed: true, retryAfterMs });
  // 503 is what an ingress answers whose gateway has no pod that is ready: of no one request either.
  if (status === 502 || status === 503)
    return new UnavailableError({ cure: behindHint, ...failure, address }, { retryAfterMs });
  if (status === 504 || locked.test(failure.serverMessage))
    return new UnavailableError(failure, { retryAfterMs });
  if (status >= 400 && status < 500)
    return exists.test(failure.serverMessage) ? new ConflictError(failure) : new ValidationError(failure);
  return new OpenObserveError(failure);
}
