import { runCommandLine } from "../../../ops/cli/program.js";
import { recordSession } from "../support/session.js";

/** None of these may come as far as the stack: there is none. */
async function gate(...args: readonly string[]) {
  const session = recordSession("/nonexistent", {});
  const code = await runCommandLine(["gate", "--canary", "2.0.0", ...args], session);
  return { code, said: session.stderr() };
}

describe("o2cqrs gate refuses what cannot be meant:", () => {
  test.each<[string, readonly string[], RegExp]>([
    ["a version compared with itself", ["--stable", "2.0.0"], /both 2\.0\.0.*What to do: Name/s],
    ["a hook that no driver would run", ["--hook", '["true"]'], /--hook belongs to --traffic command/],
    [
      "an ingress beside a hook",
      ["--traffic", "command", "--hook", '["true"]', "--ingress", "shop"],
      /--ingress belongs to --traffic ingress/,
    ],
    [
      "a hold before the observation ends",
      ["--observe", "20m", "--at-most", "10m"],
      /--at-most 10m is shorter/,
    ],
    ["steps that end before the whole", ["--steps", "5,25"], /last of them 100/],
    ["a driver without what it needs", ["--traffic", "command"], /needs --hook.*What to do: Write/s],
  ])("%s", async (_, args, message) => {
    const { code, said } = await gate(...args);
    expect(said).toMatch(message);
    expect(code).toBe(2);
  });
});

test("the help of a verb says its times as an operator writes them", async () => {
  const session = recordSession("/nonexistent", {});
  for (const verb of ["gate", "verify", "doctor"]) await runCommandLine([verb, "--help"], session);
  const help = session.stdout().replace(/\s+/g, " ");
  expect(help).toContain("(default: 15m)");
  expect(help).toContain("(default: 5,25,50,100)");
  expect(help).not.toContain("milliseconds");
});
