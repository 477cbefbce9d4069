import { makeProject } from "./support/project.js";
import { recordSession } from "./support/session.js";
import { runCommandLine } from "../../ops/cli/program.js";

jest.setTimeout(120_000);

const operator = {
  PATH: "/nonexistent",
  O2CQRS_USER: "root@example.com",
  O2CQRS_PASSWORD: "Complexpass#123",
  PULUMI_CONFIG_PASSPHRASE: "test",
};

describe("o2cqrs drift", () => {
  let project: Awaited<ReturnType<typeof makeProject>>;
  beforeAll(async () => (project = await makeProject()));
  afterAll(() => project.remove());

  async function drift(env: Readonly<Record<string, string>>) {
    const session = recordSession(project.root, { ...operator, ...env });
    const code = await runCommandLine(["drift", "--stack", "away", "--json"], session);
    return { code, said: session.stderr(), stdout: session.stdout() };
  }

  test("tells a server that is away from one that differs, as a nightly job must", async () => {
    const { code, said, stdout } = await drift({ O2CQRS_URL: "http://127.0.0.1:9" });
    expect(code).toBe(3);
    expect(said).toMatch(/127\.0\.0\.1:9 cannot be reached.*What to do: /s);
    expect(stdout).toBe("");
  });

  test("is told, as every verb, what to do about a stack that was never deployed", async () => {
    const session = recordSession(project.root, { ...operator, O2CQRS_URL: "http://127.0.0.1:9" });
    expect(await runCommandLine(["outputs", "--stack", "absent"], session)).toBe(2);
    expect(session.stderr()).toMatch(/never deployed\nWhat to do: Deploy it: o2cqrs up/);
  });

  test("calls a stack without a server wrong usage", async () => {
    const { code, said } = await drift({});
    expect(code).toBe(2);
    expect(said).toContain("o2cqrs:url");
  });
});
