import { type Session } from "../../../ops/cli/session.js";
import { Terminal } from "../../../ops/cli/terminal.js";

/** A session whose output can be read. */
export interface RecordedSession extends Session {
  stdout(): string;
  stderr(): string;
  interrupt(): void;
}

export function recordSession(
  projectRoot: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): RecordedSession {
  const written = { stdout: "", stderr: "" };
  const controller = new AbortController();
  const sink = (name: keyof typeof written) => ({ write: (text: string) => (written[name] += text) });
  return {
    terminal: new Terminal({ stdout: sink("stdout"), stderr: sink("stderr"), env }),
    projectRoot,
    env,
    signal: controller.signal,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    interrupt: () => controller.abort(new Error("interrupted")),
  };
}
