import { join } from "node:path";
import { findProjectRoot } from "./cli/project-root.js";
import { interruption } from "./cli/interruption.js";
import { runCommandLine } from "./cli/program.js";
import { Terminal } from "./cli/terminal.js";

/** The process behind `o2cqrs`: its own streams, environment and signals. */
export async function main(): Promise<void> {
  const { env, stdout, stderr } = process;
  const terminal = new Terminal({ stdout, stderr, env });
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    terminal,
    env,
    projectRoot: findProjectRoot(process.cwd(), join(__dirname, "..", "..")),
    signal: interruption(terminal),
  });
}
