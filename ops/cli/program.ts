import { ConfigError } from "@o2cqrs/stacks/config";
import { Command, CommanderError } from "commander";
import { verbs } from "../commands/index.js";
import { type ExitCode, exitCodes, messageOf, OperatorError } from "./errors.js";
import { type Session } from "./session.js";

const description = "Deploys, verifies and operates the observability of a CQRS application on OpenObserve.";

const exitCodeHelp = `
Exit codes: 0 done, 1 a check or a deploy failed or something differs, 2 wrong usage or input,
3 the server could not be reached, 4 a release is held,
5 another gate or rollback of the stack is under way, 130 interrupted.`;

/** Runs one command line. Never throws: what goes wrong is told on stderr, and in the exit code. */
export async function runCommandLine(args: readonly string[], session: Session): Promise<ExitCode> {
  try {
    await buildProgram(session).parseAsync([...args], { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    return report(error, session);
  }
}

export function buildProgram(session: Session): Command {
  const program = new Command("o2cqrs")
    .description(description)
    .addHelpText("after", exitCodeHelp)
    .configureHelp({ showGlobalOptions: true });
  for (const verb of verbs) program.addCommand(verb(session));
  for (const command of [program, ...program.commands.flatMap((each) => [each, ...each.commands])]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => session.terminal.print(text.trimEnd()),
      writeErr: (text) => session.terminal.note(text.trimEnd()),
    });
  }
  return program;
}

function report(error: unknown, { terminal, signal }: Session): ExitCode {
  // Commander has already shown its own message; help and version end this way too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (signal.aborted) {
    terminal.note("Interrupted.");
    return exitCodes.interrupted;
  }
  terminal.error(messageOf(error));
  if (error instanceof ConfigError) return exitCodes.usage;
  if (error instanceof OperatorError && error.cure !== undefined) terminal.note(`What to do: ${error.cure}`);
  if (!(error instanceof OperatorError)) terminal.note(stackOf(error));
  return error instanceof OperatorError ? error.exitCode : exitCodes.failed;
}

/** Where something unforeseen came from: for a bug report. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 6).join("\n") : "";
}
