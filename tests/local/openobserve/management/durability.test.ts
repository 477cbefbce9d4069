import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import { basic, root, ServerUnderTest } from "./server-under-test.js";

describe.each(["0.60", "0.90"] as const)("A restart, version %s", (version) => {
  test("keeps streams, settings, functions, pipelines, alerts, dashboards, folders, users and organisations", async () => {
    const server = await ServerUnderTest.start(version);
    try {
      const post = async (path: string, body: unknown): Promise<void> => {
        const { status } = await server.post(path, body);
        expect([path, status]).toEqual([path, 200]);
      };
      await post("/api/default/streams/s", {
        fields: [{ name: "a", type: "Utf8" }],
        settings: { data_retention: 9, partition_keys: [{ field: "a", types: "value" }] },
      });
      await post("/api/default/functions", { name: "f", function: ".a = 1\n.", transType: 0 });
      await post("/api/default/pipelines", {
        name: "p",
        nodes: ["in", "out"].map((id) => ({
          id,
          io_type: id === "in" ? "input" : "output",
          position: { x: 0, y: 0 },
          data: { node_type: "stream", org_id: "default", stream_name: id, stream_type: "logs" },
        })),
        edges: [{ id: "e", source: "in", target: "out" }],
      });
      await post("/api/default/alerts/templates", { name: "t", body: "{}" });
      await post("/api/default/alerts/destinations", { name: "d", url: "http://example.com", template: "t" });
      await post("/api/v2/default/folders/alerts", { name: "F", description: "" });
      await post("/api/v2/default/alerts", {
        name: "a",
        stream_name: "s",
        destinations: ["d"],
        query_condition: { type: "sql", sql: "SELECT count(*) AS c FROM s" },
        trigger_condition: { period: 1, timezone: "UTC" },
      });
      await post("/api/default/dashboards", { version: 8, title: "D" });
      await post("/api/default/users", { email: "ada@b.co", password: "long-enough", role: "admin" });
      await post("/api/default/service_accounts", { email: "ci@b.co" });
      await post("/api/organizations", { name: "other" });
      await post("/api/default/savedviews", { data: 1, view_name: "v" });
      const paths = [
        "/api/default/streams/s/schema",
        "/api/default/streams",
        "/api/default/functions",
        "/api/default/pipelines",
        "/api/default/alerts/templates",
        "/api/default/alerts/destinations",
        "/api/v2/default/alerts",
        "/api/v2/default/folders/alerts",
        "/api/v2/default/folders/dashboards",
        "/api/default/dashboards",
        "/api/default/users",
        "/api/default/service_accounts",
        "/api/organizations",
        "/api/default/savedviews",
        "/api/default/passcode",
      ];
      const read = async () =>
        Promise.all(paths.map(async (path) => ({ path, body: (await server.get(path)).body as unknown })));
      const before = await read();
      await server.restart();
      expect(await read()).toEqual(before);
      const [pipeline] = (await server.get("/api/default/pipelines")).body.list;
      expect((await server.put("/api/default/pipelines", pipeline)).status).toBe(200);
      expect((await server.get("/api/default/pipelines")).body.list[0].version).toBe(0);
    } finally {
      await server.stop();
    }
  });

  test("does not keep the root user's password: it is the one of this start", async () => {
    const server = await ServerUnderTest.startWithoutRows(version);
    try {
      const { dataDir } = server.server.context.options;
      await server.post("/api/default/users", { email: "ada@b.co", password: "long-enough", role: "admin" });
      const journal = readFileSync(join(dataDir, "metadata", "journal.jsonl"), "utf8");
      expect(journal).not.toContain(root.password);
      expect(journal).not.toContain("long-enough");
    } finally {
      await server.stop();
    }
  });
});

describe("The command", () => {
  const repository = resolve(__dirname, "../../../..");
  const command = join(repository, "local/openobserve/dist/main.js");
  let folder: string;
  let running: ChildProcess | undefined;

  beforeAll(() => {
    spawnSync(process.execPath, [join(repository, "scripts/build.mjs")], { cwd: repository });
    if (!existsSync(command)) throw new Error("the package is not built: node scripts/build.mjs");
  }, 60_000);
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "openobserve-"))));
  afterEach(() => {
    running?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  const environment = { ZO_ROOT_USER_EMAIL: root.email, ZO_ROOT_USER_PASSWORD: root.password };

  async function start(...more: string[]): Promise<{ url: string; version: string; child: ChildProcess }> {
    const child = spawn(process.execPath, [command, "--data-dir", folder, ...more], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    running = child;
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    return { ...(JSON.parse(line) as { url: string; version: string }), child };
  }

  const ask = async (
    url: string,
    path: string,
    { headers, ...init }: Omit<RequestInit, "headers"> & { readonly headers?: Record<string, string> } = {},
  ): Promise<Response> =>
    fetch(url + path, {
      ...init,
      headers: { authorization: basic(root.email, root.password), ...headers },
    });

  test("says in one line of JSON where it listens and what it is, and ends on SIGTERM", async () => {
    const { url, version, child } = await start("--version", "0.60");
    expect(version).toBe("0.60");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const configuration = (await (await ask(url, "/config")).json()) as { version: string };
    expect(configuration.version).toBe("v0.60.5");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test("killed while it is written to has lost nothing that it had answered with 200", async () => {
    const { url, child } = await start();
    const answered: string[] = [];
    const exited = once(child, "exit");
    let name = 0;
    const write = async (): Promise<void> => {
      while (child.exitCode === null && child.signalCode === null) {
        const made = `f${name++}`;
        try {
          const body = JSON.stringify({ name: made, function: ".", transType: 0 });
          const headers = { "content-type": "application/json" };
          const answer = await ask(url, "/api/default/functions", { method: "POST", body, headers });
          if (answer.status !== 200) throw new Error(`${answer.status}`);
          answered.push(made);
          if (answered.length === 150) child.kill("SIGKILL");
        } catch {
          // Cut off: nobody promised anything.
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, write));
    await exited;
    expect(answered.length).toBeGreaterThanOrEqual(150);

    const again = await start();
    const { list } = (await (await ask(again.url, "/api/default/functions")).json()) as {
      list: { name: string }[];
    };
    const kept = new Set(list.map((each) => each.name));
    expect(answered.filter((each) => !kept.has(each))).toEqual([]);
  });

  test.each([
    [["--help"], 0, "--data-dir"],
    [[], 2, "--data-dir is missing"],
    [["--data-dir", "d", "--version", "1.0"], 2, 'is "1.0"'],
    [["--data-dir", "d", "--port", "x"], 2, 'is "x"'],
    [["--nonsense"], 2, "nonsense"],
  ])("with %j ends with %i and says %j", (args, code, text) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
      env: { PATH: process.env.PATH, ...environment },
      encoding: "utf8",
    });
    expect(status).toBe(code);
    expect(stdout + stderr).toContain(text);
  });

  test("wants its credentials from the environment, never from its arguments", () => {
    const { status, stderr } = spawnSync(process.execPath, [command, "--data-dir", folder], {
      env: { PATH: process.env.PATH },
      encoding: "utf8",
    });
    expect(status).toBe(2);
    expect(stderr).toContain("ZO_ROOT_USER_EMAIL is not set");
  });
});
