import { runCommandLine } from "../../../ops/cli/program.js";
import { recordSession } from "../support/session.js";

describe("o2cqrs rollback acts on nothing that could be meant otherwise:", () => {
  test.each<[string, readonly string[], RegExp]>([
    [
      "an undoing that is only to be rehearsed",
      ["--undo", "--dry-run"],
      /'--dry-run' cannot be used with option '--undo'/,
    ],
    [
      "alerts that are only to be rehearsed",
      ["--listen", "--dry-run"],
      /cannot be used with option '--listen/,
    ],
    ["undoing by alerts", ["--listen", "--undo"], /'--undo' cannot be used with option '--listen/],
    ["traffic for the canary without --undo", ["--with-traffic"], /belongs to --undo.*What to do/s],
    ["a hook that no driver would run", ["--hook", '["true"]'], /--hook belongs to --traffic command/],
  ])("%s", async (_, args, message) => {
    const session = recordSession("/nonexistent", {});
    const code = await runCommandLine(["rollback", ...args], session);
    expect(session.stderr()).toMatch(message);
    expect(code).toBe(2);
  });
});
