import { Terminal } from "../../ops/cli/terminal.js";
import { runCommandLine } from "../../ops/cli/program.js";

const escape = "\u001b[";

/** What a wrong verb is answered, where each stream is a terminal or a file. */
async function answered(stdoutIsTty: boolean, stderrIsTty: boolean, env: Record<string, string> = {}) {
  let said = "";
  const terminal = new Terminal({
    stdout: { write: () => true, isTTY: stdoutIsTty },
    stderr: { write: (text) => (said += text), isTTY: stderrIsTty },
    env,
  });
  const { signal } = new AbortController();
  await runCommandLine(["gate", "--canary", "1", "--stable", "1"], {
    terminal,
    env: {},
    projectRoot: "/nonexistent",
    signal,
  });
  return said;
}

describe("an error is coloured", () => {
  test("where it is read on a terminal, and only there", async () => {
    expect(await answered(false, true)).toContain(escape);
    expect(await answered(true, false)).not.toContain(escape);
    expect(await answered(true, false)).toContain("Error: ");
  });

  test("never under NO_COLOR, nor on a dumb terminal", async () => {
    expect(await answered(true, true, { NO_COLOR: "1" })).not.toContain(escape);
    expect(await answered(true, true, { TERM: "dumb" })).not.toContain(escape);
  });
});
