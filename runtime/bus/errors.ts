import { errorCodes } from "@o2cqrs/contract";

/** The operation took longer than it may. */
export class OperationTimeoutError extends Error {
  override readonly name = "OperationTimeoutError";
  readonly code = "OPERATION_TIMEOUT";

  constructor(
    readonly type: string,
    readonly timeoutMs: number,
  ) {
    super(`${type} took longer than ${timeoutMs} ms`);
  }
}

/** The message does not have the shape that its validator asks for. */
export class InvalidMessageError extends Error {
  override readonly name = "InvalidMessageError";
  readonly code = "INVALID_MESSAGE";

  /** @param problems one a property, as `path: what is wrong` */
  constructor(
    readonly type: string,
    readonly problems: readonly string[],
  ) {
    super(`${type} is invalid: ${problems.join("; ")}`);
  }
}

/** No handler is registered, or more than one where only one may be. */
export class HandlerRegistrationError extends Error {
  override readonly name = "HandlerRegistrationError";
  readonly code = errorCodes.handlerMissing;
}

/** A stable code for the log record: the error's own `code`, or else its class. */
export function errorCodeOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  if ("code" in error && typeof error.code === "string" && error.code !== "") return error.code;
  return error.constructor.name.includes("HandlerNotFound") ? errorCodes.handlerMissing : error.name;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
