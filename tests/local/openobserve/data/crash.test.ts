import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = { email: "root@example.com", password: "Crash-password-1" };
const headers = {
  authorization: `Basic ${Buffer.from(`${root.email}:${root.password}`).toString("base64")}`,
  "content-type": "application/json",
};
const repository = join(__dirname, "../../../..");
const main = join(repository, "local/openobserve/dist/main.js");

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
}

/** The server as a process of its own, which is the only thing that can be killed. */
async function start(dataDir: string): Promise<Running> {
  const child = spawn(process.execPath, [main, "--data-dir", dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ZO_ROOT_USER_EMAIL: root.email, ZO_ROOT_USER_PASSWORD: root.password },
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, url: (JSON.parse(line) as { url: string }).url };
}

async function kill({ child }: Running): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Numbers of the records that are in the stream, in order. */
async function stored({ url }: Running): Promise<number[]> {
  const now = Date.now() * 1000;
  const query = {
    sql: "SELECT n FROM crash ORDER BY n",
    start_time: now - 3_600_000_000,
    end_time: now + 60_000_000,
    size: 1_000_000,
  };
  const response = await fetch(`${url}/api/default/_search`, {
    method: "POST",
    headers,
    body: JSON.stringify({ query }),
  });
  const { hits } = (await response.json()) as { hits: { n: number }[] };
  return hits.map(({ n }) => n);
}

describe("A server that is killed while it takes records", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "crash-"));
  let server: Running;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(repository, "scripts/build.mjs")]);
    server = await start(dataDir);
  }, 60_000);

  afterAll(async () => {
    await kill(server);
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("has every record that it answered with 200, once, after each of three kills", async () => {
    const answered = new Set<number>();
    let next = 0;
    for (let crash = 0; crash < 3; crash++) {
      let killed = false;
      const target = answered.size + 20_000;
      let reached: () => void;
      const enough = new Promise<void>((resolve) => (reached = resolve));
      const send = async (): Promise<void> => {
        while (!killed) {
          const numbers = Array.from({ length: 200 }, () => next++);
          const body = JSON.stringify(numbers.map((n) => ({ n, message: `record ${n}` })));
          try {
            const response = await fetch(`${server.url}/api/default/crash/_json`, {
              method: "POST",
              headers,
              body,
            });
            if (response.status === 200) for (const n of numbers) answered.add(n);
            await response.text();
            if (answered.size >= target) reached();
          } catch {
            return;
          }
        }
      };
      const senders = Array.from({ length: 4 }, send);
      await enough;
      await kill(server);
      killed = true;
      await Promise.all(senders);
      server = await start(dataDir);
      const found = await stored(server);
      const distinct = new Set(found);
      expect(distinct.size).toBe(found.length);
      expect([...answered].filter((n) => !distinct.has(n))).toEqual([]);
    }
    expect(answered.size).toBeGreaterThanOrEqual(60_000);
  }, 120_000);

  it("has every stream that it made, with its columns and those added later, and one for each", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `made_${index}`);
    const call = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`${server.url}/api/default/streams${path}?type=logs`, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      expect(response.status).toBe(200);
      return (await response.json()) as { schema: { name: string; type: string }[] };
    };
    const text = (name: string) => ({ name, type: "Utf8" });
    await Promise.all(
      names.map((name) => call("POST", `/${name}`, { fields: [text("zebra"), text("apple")], settings: {} })),
    );
    await call("PUT", "/made_0/settings", { fields: { add: [text("later")] } });
    await kill(server);
    server = await start(dataDir);
    for (const name of names) {
      const added = name === "made_0" ? ["later"] : [];
      const { schema } = await call("GET", `/${name}/schema`);
      expect(schema.map((column) => column.name).sort()).toEqual(
        ["_timestamp", "apple", "zebra", ...added].sort(),
      );
    }
    const listed = await fetch(`${server.url}/api/default/streams?type=logs`, { headers });
    const { list } = (await listed.json()) as { list: { name: string }[] };
    expect(list.map(({ name }) => name).sort()).toEqual(["crash", ...names].sort());
  });
});
