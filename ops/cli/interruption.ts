import { exitCodes } from "./errors.js";
import { type Terminal } from "./terminal.js";

/**
 * A signal that Ctrl-C aborts, so that the verb can clean up behind it. A second Ctrl-C ends the process at
 * once.
 */
export function interruption(terminal: Terminal): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCodes.interrupted);
      terminal.note("\nStopping … (once more to stop at once)");
      controller.abort(new Error("interrupted"));
    });
  }
  return controller.signal;
}
