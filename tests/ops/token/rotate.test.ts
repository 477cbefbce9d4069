import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { envNames } from "@o2cqrs/contract";
import { type RunningServer, startServer } from "@o2cqrs/local-openobserve";
import { AuthenticationError, OpenObserve } from "@o2cqrs/providers/client";
import { runCommandLine } from "../../../ops/cli/program.js";
import { makeProject } from "../support/project.js";
import { openProxy, type RecordingProxy } from "../support/recording-proxy.js";
import { recordSession } from "../support/session.js";

jest.setTimeout(300_000);

const user = "root@example.com";
const password = "Complexpass#123";
const account = "backend-rotated@o2cqrs.internal";
const bridge = "backend-rotated-bridge@o2cqrs.internal";

describe.each(["0.60", "0.90"] as const)("token rotate on OpenObserve %s", (version) => {
  let project: Awaited<ReturnType<typeof makeProject>>;
  let folder: string;
  let server: RunningServer;
  let proxy: RecordingProxy;
  let admin: OpenObserve;

  beforeAll(async () => {
    project = await makeProject();
    folder = await mkdtemp(join(tmpdir(), "o2cqrs-token-"));
    server = await startServer({
      dataDir: join(folder, "data"),
      rootUser: user,
      rootPassword: password,
      version,
      streamDeletionSeconds: 0,
    });
    proxy = await openProxy(server.url);
    const credential = { kind: "basic", user, password } as const;
    admin = new OpenObserve({ url: server.url, organization: "default", credential });
    const config = `# kept\nconfig:\n  o2cqrs:url: ${proxy.url}\n  o2cqrs:alertsEnabled: "false"\n`;
    await writeFile(join(project.root, "Pulumi.rotated.yaml"), config);
    await o2cqrs(0, "up");
    const { text } = await o2cqrs(0, "env", "--show-secrets");
    await writeFile(appEnvFile(), text);
  });

  afterAll(async () => {
    await admin.close();
    await proxy.close();
    await server.close();
    await project.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const appEnvFile = () => join(folder, "app.env");
  const journalFile = () => join(project.root, ".o2cqrs", "rotations", "rotated.json");

  /** What the application holds now. */
  const held = async () => parseEnv(await readFile(appEnvFile(), "utf8")) as Record<string, string>;

  async function o2cqrs(exit: number, ...args: string[]) {
    const session = recordSession(project.root, {
      O2CQRS_USER: user,
      O2CQRS_PASSWORD: password,
      PULUMI_CONFIG_PASSPHRASE: "test",
    });
    const code = await runCommandLine([...args, "--stack", "rotated"], session);
    const said = `${session.stdout()}\n${session.stderr()}`;
    if (code !== exit) throw new Error(`exit ${code} instead of ${exit}: ${said}`);
    return { text: session.stdout(), said };
  }

  const rotate = (exit: number, ...args: string[]) => o2cqrs(exit, "token", "rotate", ...args);
  const handOver = () => [
    "--hand-over",
    `cat > '${appEnvFile()}.new' && mv '${appEnvFile()}.new' '${appEnvFile()}'`,
  ];

  async function isTaken(env: Record<string, string>): Promise<boolean> {
    const credential = {
      kind: "basic",
      user: env[envNames.user] ?? "",
      password: env[envNames.token] ?? "",
    } as const;
    const app = new OpenObserve({ url: server.url, organization: "default", credential });
    try {
      await app.telemetry.ingest("cqrs-commands", []);
      return true;
    } catch (error) {
      if (error instanceof AuthenticationError) return false;
      throw error;
    } finally {
      await app.close();
    }
  }

  /** Sends with whatever the application holds while the work goes on; counts what is refused. */
  async function sending(work: () => Promise<unknown>): Promise<{ sent: number; refused: number }> {
    const counts = { sent: 0, refused: 0 };
    const progress = { ended: false };
    const sender = (async () => {
      while (!progress.ended) {
        const env = await held();
        const taken = await isTaken(env);
        // What was handed over between the two looks is the application's next try.
        const same = (await held())[envNames.token] === env[envNames.token];
        counts.sent++;
        if (!taken && same) counts.refused++;
      }
    })();
    await work().finally(() => {
      progress.ended = true;
    });
    await sender;
    return counts;
  }

  const accounts = async () => (await admin.serviceAccounts.list()).map(({ email }) => email);

  test("leaves no moment in which the application's token is refused, and ends the old one", async () => {
    const before = await held();
    let said = "";
    const counts = await sending(async () => {
      said = (await rotate(0, ...handOver())).said;
    });
    expect(counts.sent).toBeGreaterThan(3);
    expect(counts.refused).toBe(0);
    const after = await held();
    expect(after[envNames.user]).toBe(account);
    expect(after[envNames.token]).not.toBe(before[envNames.token]);
    expect(await isTaken(after)).toBe(true);
    expect(await isTaken(before)).toBe(false);
    expect(await accounts()).not.toContain(bridge);
    const { text } = await o2cqrs(0, "env", "--show-secrets");
    expect(parseEnv(text)).toEqual(after);
    for (const env of [before, after]) expect(said).not.toContain(env[envNames.token]);
    expect(await readdir(join(project.root, ".o2cqrs", "rotations"))).toEqual([]);
    expect(await readFile(join(project.root, "Pulumi.rotated.yaml"), "utf8")).toMatch(/^# kept$/m);
  });

  test("goes on where it was interrupted, wherever that was", async () => {
    const before = await held();
    // The answer that tells the stand-in's token is lost, for good: the command's own tries are refused.
    proxy.loseAnswerOf(/^POST \/api\/default\/service_accounts/);
    await rotate(1, "--hand-over", "exit 7");
    expect(await isTaken(await held())).toBe(true);
    expect((await stat(journalFile())).mode & 0o777).toBe(0o600);
    await rotate(1, "--hand-over", "cat > /dev/null; exit 1");
    expect(await held()).toEqual(before);
    expect(await isTaken(before)).toBe(true);

    // The stand-in reaches the application; the deployment fails behind it.
    proxy.loseAnswerOf(/rotateToken=true/);
    const flaky = `if grep -q bridge '${appEnvFile()}'; then exit 1; fi; ${handOver()[1]!}`;
    await rotate(1, "--hand-over", flaky);
    expect((await held())[envNames.user]).toBe(bridge);
    expect(await isTaken(await held())).toBe(true);

    await rotate(0, ...handOver());
    const after = await held();
    expect(after[envNames.user]).toBe(account);
    expect(await isTaken(after)).toBe(true);
    expect(await isTaken(before)).toBe(false);
    expect(await accounts()).not.toContain(bridge);
  });

  test("waits, without a command, until it is told that the application has each environment", async () => {
    // Said once too often, it begins no rotation.
    expect((await rotate(2, "--handed-over")).said).toContain("No rotation of this stack waits");
    const before = await held();
    const file = join(project.root, ".o2cqrs", "rotations", "rotated.env");
    for (const expected of [bridge, account]) {
      const { said } = await rotate(1, ...(expected === bridge ? [] : ["--handed-over"]));
      expect(said).toContain("--handed-over");
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const given = await readFile(file, "utf8");
      expect((parseEnv(given) as Record<string, string>)[envNames.user]).toBe(expected);
      expect(said).not.toContain((parseEnv(given) as Record<string, string>)[envNames.token]);
      expect(await isTaken(await held())).toBe(true);
      await writeFile(appEnvFile(), given);
    }
    await rotate(0, "--handed-over");
    expect(await isTaken(await held())).toBe(true);
    expect(await isTaken(before)).toBe(false);
    expect(await readdir(join(project.root, ".o2cqrs", "rotations"))).toEqual([]);
  });

  test("shows the environment when asked to, and only then", async () => {
    const { said } = await rotate(1, "--show-secrets");
    expect(said).toMatch(/^OPENOBSERVE_TOKEN=\S{8,}$/m);
  });

  test("that waits is taken on by a command that is given later", async () => {
    const before = await held();
    await rotate(0, ...handOver());
    expect(await isTaken(await held())).toBe(true);
    expect(await isTaken(before)).toBe(false);
    expect(await accounts()).not.toContain(bridge);
  });
});
