import { parseArgs } from "node:util";
import { messageOf, usageError } from "../cli/errors.js";

/** Options of `npm start`. */
export interface StartOptions {
  readonly keep: boolean;
  readonly stop: boolean;
  readonly help: boolean;
  /** How long the orders service runs. */
  readonly seconds: number;
}

export const startHelp = `npm start            deploy, run the orders service, verify, and stop again
npm start -- --keep  the same, and leave OpenObserve up
npm start -- --stop  stop an OpenObserve that was left up
  --seconds N        how long the orders service runs (default 6)`;

/** @throws OperatorError for arguments that it does not know */
export function readStartOptions(args: readonly string[]): StartOptions {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        keep: { type: "boolean", default: false },
        stop: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
        seconds: { type: "string", default: "6" },
      },
    });
    const seconds = Number(values.seconds);
    if (!(seconds > 0 && seconds <= 3600)) throw new Error("--seconds is a number from 1 to 3600");
    return { keep: values.keep, stop: values.stop, help: values.help, seconds };
  } catch (error) {
    throw usageError(messageOf(error), startHelp);
  }
}
