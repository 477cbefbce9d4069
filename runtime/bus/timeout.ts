import { type BusKind } from "@o2cqrs/contract";
import { onAbort } from "../context/abort.js";
import { OperationTimeoutError } from "./errors.js";
import { type Middleware } from "./middleware.js";

/** Milliseconds a try may take, by kind; a kind that is left out may take as long as it likes. */
export type Timeouts = Partial<Record<BusKind, number>>;

/** Gives up on tries that take too long, and tells their work so by the operation's signal. */
export function timeoutMiddleware(timeouts: Timeouts): Middleware {
  return {
    name: "Timeout",
    stage: "timeout",
    handle: async (operation, next) => {
      const timeoutMs = timeouts[operation.kind];
      if (timeoutMs === undefined) return next();
      const caller = operation.signal;
      const controller = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const expired = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          const error = new OperationTimeoutError(operation.type, timeoutMs);
          controller.abort(error);
          reject(error);
        }, timeoutMs);
      });
      // Not by `AbortSignal.any`, which leaves something on the caller's signal each time.
      const stopListening = caller && onAbort(caller, () => controller.abort(caller.reason));
      operation.signal = controller.signal;
      try {
        return await Promise.race([next(), expired]);
      } finally {
        clearTimeout(timer);
        stopListening?.();
        operation.signal = caller;
      }
    },
  };
}
