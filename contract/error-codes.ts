/** Values of `error_code` that the platform knows; an application adds its own beside them. */
export const errorCodes = {
  /** No handler, or more than one, is registered for the message. */
  handlerMissing: "HANDLER_MISSING",
  /** A stale cached answer could not be refreshed in the background. */
  refreshFailed: "BACKGROUND_REFRESH_FAILED",
} as const;

export type ErrorCode = (typeof errorCodes)[keyof typeof errorCodes];
