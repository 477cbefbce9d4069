import { alerts } from "@o2cqrs/contract";
import { OpenObserve } from "@o2cqrs/providers/client";
import { type PlannedChange } from "../../../ops/plan/plan.js";
import { readServerRecord, isRunning } from "../../../ops/start/server-record.js";
import { runStart } from "../../../ops/start/main.js";
import { type CheckResult } from "../../../ops/verify/check.js";
import { runCommandLine } from "../../../ops/cli/program.js";
import { makeProject } from "../support/project.js";
import { recordSession } from "../support/session.js";

/** The tests are one story, in order: each starts where the one before left the project. */
jest.setTimeout(240_000);

let project: Awaited<ReturnType<typeof makeProject>>;

/** No Pulumi on the path, so that the embedded engine is what deploys. */
const env = { PATH: "/nonexistent" };

beforeAll(async () => {
  project = await makeProject();
});

afterAll(async () => {
  await runStart(["--stop"], recordSession(project.root, env));
  await project.remove();
});

describe("npm start", () => {
  test("deploys, runs the orders service, verifies, and prints the summary and the environment without a secret", async () => {
    const session = recordSession(project.root, env);
    expect(await runStart(["--keep", "--seconds", "5"], session)).toBe(0);
    const output = session.stdout() + session.stderr();
    const { password, url } = (await readServerRecord(project.root))!;
    expect(output).toContain("with the embedded engine");
    expect(output).toMatch(/Verify +\d+ passed, 0 failed/);
    expect(output).toContain(`OPENOBSERVE_URL=${url}`);
    expect(output).toContain("OPENOBSERVE_TOKEN=[secret]");
    expect(output).toContain(`OpenObserve stays up at ${url}`);
    expect(output).not.toContain(password);
  });

  test("leaves a stack whose environment o2cqrs writes, its secrets only on request", async () => {
    const hidden = recordSession(project.root, env);
    expect(await runCommandLine(["env", "--format", "json"], hidden)).toBe(0);
    expect(JSON.parse(hidden.stdout())).not.toHaveProperty("OPENOBSERVE_TOKEN");
    expect(hidden.stderr()).toContain("Left out as secret: OPENOBSERVE_TOKEN");
    const shown = recordSession(project.root, env);
    expect(await runCommandLine(["env", "--format", "json", "--show-secrets"], shown)).toBe(0);
    expect(JSON.parse(shown.stdout()).OPENOBSERVE_TOKEN).toMatch(/\S{8,}/);
  });

  test("leaves a stack of which verify takes the checks that are asked for, over the time that is asked for", async () => {
    const verified = async (...options: string[]) => {
      const session = recordSession(project.root, env);
      const code = await runCommandLine(["verify", "--json", ...options], session);
      const { results } = JSON.parse(session.stdout()) as { results: CheckResult[] };
      return { code, results };
    };
    const { code, results } = await verified("--only", "log-fields,env-complete", "--since", "24h");
    expect(code).toBe(0);
    expect(results.map(({ id }) => id).sort()).toEqual(["env-complete", "log-fields"]);
    expect(results.find(({ id }) => id === "log-fields")?.evidence).toMatch(
      /^\d{3,} records of the last 24h/,
    );
    // What the orders service wrote is older.
    const now = await verified("--only", "log-fields", "--since", "1s");
    expect(now.results).toMatchObject([
      { id: "log-fields", evidence: expect.not.stringMatching(/\d{3,} records/) },
    ]);
  });

  test("leaves a stack in which a hand-made change shows as drift, field by field, and the next deploy repairs it", async () => {
    const drift = async () => {
      const session = recordSession(project.root, env);
      const code = await runCommandLine(["drift", "--json"], session);
      return { code, resources: (JSON.parse(session.stdout()) as { drift: PlannedChange[] }).drift };
    };
    expect(await drift()).toEqual({ code: 0, resources: [] });

    const { url, user, password } = (await readServerRecord(project.root))!;
    const server = new OpenObserve({
      url,
      organization: "default",
      credential: { kind: "basic", user, password },
    });
    const name = alerts.queryLatency.name;
    const { alert_id } = (await server.alerts.list()).find((alert) => alert.name === name)!;
    await server.alerts.setEnabled(alert_id, false);
    await server.close();

    const changed = { change: "update", kind: "Alert", name };
    const field = { path: "enabled", ours: true, theirs: false, forcesReplacement: false };
    const expected = { code: 1, resources: [{ ...changed, fields: [field] }] };
    expect(await drift()).toEqual(expected);
    // Looking changes nothing, so it can be looked at again.
    expect(await drift()).toEqual(expected);
    expect(await runCommandLine(["up", "--refresh"], recordSession(project.root, env))).toBe(0);
    expect(await drift()).toEqual({ code: 0, resources: [] });
  });

  test("works a second time after the server was killed, changes nothing, and stops what it started", async () => {
    const { pid } = (await readServerRecord(project.root))!;
    process.kill(pid, "SIGKILL");
    while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    const session = recordSession(project.root, env);
    expect(await runStart(["--seconds", "5"], session)).toBe(0);
    expect(session.stdout()).toMatch(/\d+ same/);
    expect(session.stdout()).not.toMatch(/\d+ (create|update|replace|delete)\b/);
    expect(isRunning((await readServerRecord(project.root))!.pid)).toBe(false);
  });

  test("tells an operator that the server is down, with the exit code for it", async () => {
    const session = recordSession(project.root, env);
    expect(await runCommandLine(["verify"], session)).toBe(3);
    expect(session.stderr()).toContain("cannot be reached");
    expect(session.stderr()).toContain("npm start -- --keep");
  });

  test("stops the server when it is interrupted", async () => {
    const session = recordSession(project.root, env);
    const running = runStart(["--seconds", "60"], session);
    while (!session.stdout().includes("3/4")) await new Promise((resolve) => setTimeout(resolve, 20));
    session.interrupt();
    expect(await running).toBe(130);
    expect(isRunning((await readServerRecord(project.root))!.pid)).toBe(false);
  });

  test("refuses arguments that it does not know, and says which it does", async () => {
    const session = recordSession(project.root, env);
    expect(await runStart(["--nonsense"], session)).toBe(2);
    expect(session.stderr()).toContain("npm start -- --keep");
  });
});
