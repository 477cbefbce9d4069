import { type Command } from "commander";
import { type Terminal } from "./terminal.js";

/** What a verb works in. */
export interface Session {
  readonly terminal: Terminal;
  /** The folder with `Pulumi.yaml`. */
  readonly projectRoot: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A verb of `o2cqrs`. It ends by returning, or by an `OperatorError` that carries the exit code. */
export type Verb = (session: Session) => Command;
