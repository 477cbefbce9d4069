import { spawn } from "node:child_process";
import { OperatorError } from "../cli/errors.js";

/**
 * Runs the command that gives the application its environment. The environment comes on its standard input, so that
 * no argument list shows a credential.
 *
 * @param told each line that the command writes
 * @throws OperatorError when it fails
 */
export async function runHandOver(
  command: string,
  input: string,
  { told, signal, folder }: { told: (line: string) => void; signal: AbortSignal; folder: string },
): Promise<void> {
  const child = spawn(command, { shell: true, cwd: folder, stdio: ["pipe", "pipe", "pipe"], signal });
  for (const output of [child.stdout, child.stderr])
    output.setEncoding("utf8").on("data", (text: string) => {
      text.trimEnd().split("\n").forEach(told);
    });
  // A command that does not read its input is no failure.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  throw new OperatorError(`The hand-over command ended with ${code ?? "a signal"}`, {
    cure: "The token that the application holds still works. Mend the command and run this again: it goes on from here.",
  });
}
