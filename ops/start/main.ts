import { join } from "node:path";
import { type ExitCode, exitCodes, messageOf, OperatorError } from "../cli/errors.js";
import { interruption } from "../cli/interruption.js";
import { findProjectRoot } from "../cli/project-root.js";
import { type Session } from "../cli/session.js";
import { Terminal } from "../cli/terminal.js";
import { stopEmbeddedServer } from "./embedded-server.js";
import { readStartOptions, startHelp } from "./options.js";
import { start } from "./start.js";

/** The process behind `npm start`. */
export async function main(args: readonly string[]): Promise<void> {
  const { env, stdout, stderr } = process;
  const terminal = new Terminal({ stdout, stderr, env });
  const session: Session = {
    terminal,
    env,
    projectRoot: findProjectRoot(process.cwd(), join(__dirname, "..", "..", "..")),
    signal: interruption(terminal),
  };
  process.exitCode = await runStart(args, session);
}

/** Runs `npm start`'s arguments. Never throws: what goes wrong is told on stderr, and in the exit code. */
export async function runStart(args: readonly string[], session: Session): Promise<ExitCode> {
  const { terminal, signal } = session;
  try {
    const options = readStartOptions(args);
    if (options.help) terminal.print(startHelp);
    else if (options.stop) {
      const stopped = await stopEmbeddedServer(session.projectRoot);
      terminal.print(stopped ? "OpenObserve is stopped." : "No OpenObserve was left up.");
    } else await start(options, session);
    return exitCodes.ok;
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    terminal.error(messageOf(error));
    if (error instanceof OperatorError && error.cure !== undefined)
      terminal.note(`What to do: ${error.cure}`);
    return error instanceof OperatorError ? error.exitCode : exitCodes.failed;
  }
}
