/** The embedded OpenObserve in a process of its own, for measuring what talks to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { type Sink } from "./sink.js";

export const user = "bench@example.com";
export const password = "Complexpass#123";
export const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** Starts the server; `count` asks it how many records the stream `s` holds. */
export async function startEmbeddedServer(): Promise<Sink> {
  const directory = mkdtempSync(join(tmpdir(), "o2cqrs-bench-server-"));
  const main = join(dirname(require.resolve("@o2cqrs/local-openobserve/package.json")), "dist", "main.js");
  const child = spawn(process.execPath, [main, "--data-dir", directory], {
    env: { ...process.env, ZO_ROOT_USER_EMAIL: user, ZO_ROOT_USER_PASSWORD: password },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await readUrl(child);
  return {
    url,
    count: () => countRecords(url),
    stop: () => {
      child.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function readUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("The server has no output");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return (JSON.parse(line) as { url: string }).url;
}

async function countRecords(url: string): Promise<number> {
  const now = Date.now() * 1000;
  const query = {
    sql: 'SELECT count(*) AS n FROM "s"',
    start_time: now - 3600e6,
    end_time: now + 3600e6,
    size: 1,
  };
  const response = await fetch(`${url}/api/default/_search?type=logs`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  if (!response.ok) return 0; // The stream does not exist before its first record.
  const { hits } = (await response.json()) as { hits: { n: number }[] };
  return hits[0]?.n ?? 0;
}
