import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { OperatorError } from "../cli/errors.js";
import { freePort, isFree } from "./free-port.js";
import {
  isRunning,
  localFolder,
  readServerRecord,
  type ServerRecord,
  writeServerRecord,
} from "./server-record.js";

export interface EmbeddedServerOptions {
  readonly projectRoot: string;
  /** Leave the server up when this command ends. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
}

/** The embedded OpenObserve of this project, up and answering. */
export interface EmbeddedServer {
  readonly record: ServerRecord;
  /** Whether it was up already. */
  readonly found: boolean;
  /** Whether it stays up when this command ends. */
  readonly kept: boolean;
  /** Stops it, unless it is to be kept. */
  release(): Promise<void>;
}

const preferredPort = 5080;
const rootUser = "root@localhost.test";
const readyWithinMs = 30_000;
const stopWithinMs = 10_000;

const readyLine = z.object({ url: z.string(), version: z.string() });

/**
 * Finds this project's embedded server, or starts it. A record whose server is gone or answers no more is
 * replaced; a server that an interrupted run left behind is taken over.
 * @throws OperatorError when another run is using it, or it does not start
 */
export async function openEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const before = await readServerRecord(options.projectRoot);
  if (before !== undefined && isRunning(before.pid) && (await answers(before)))
    return takeOver(before, options);
  return start(before, options);
}

/** Stops a server that was left up. @returns whether there was one */
export async function stopEmbeddedServer(projectRoot: string): Promise<boolean> {
  const record = await readServerRecord(projectRoot);
  // Asked first: the process of that id may be another one by now.
  if (record === undefined || !isRunning(record.pid) || !(await answers(record))) return false;
  await stop(record.pid);
  return true;
}

async function takeOver(
  before: ServerRecord,
  { projectRoot, keep }: EmbeddedServerOptions,
): Promise<EmbeddedServer> {
  const { starter, ...rest } = before;
  if (starter !== undefined && starter !== process.pid && isRunning(starter)) {
    throw new OperatorError(`Another run (process ${starter}) is using the embedded server`, {
      cure: "Wait until it has ended, or end it with Ctrl-C.",
    });
  }
  const kept = keep || starter === undefined;
  const record = kept ? rest : { ...rest, starter: process.pid };
  await writeServerRecord(projectRoot, record);
  return { record, found: true, kept, release: () => (kept ? Promise.resolve() : stop(record.pid)) };
}

async function start(
  before: ServerRecord | undefined,
  options: EmbeddedServerOptions,
): Promise<EmbeddedServer> {
  const password = before?.password ?? randomBytes(24).toString("base64url");
  // At another address every link in the alerts would change, and the application's environment.
  const port = before === undefined ? preferredPort : Number(new URL(before.url).port);
  const found = await freePort(port);
  try {
    return await startAt(found, password, options);
  } catch (error) {
    // Another process may have taken the port since it was found free.
    if (options.signal.aborted || (await isFree(found))) throw error;
    return startAt(await freePort(), password, options);
  }
}

async function startAt(
  port: number,
  password: string,
  { projectRoot, keep, signal }: EmbeddedServerOptions,
): Promise<EmbeddedServer> {
  const child = spawnServer(projectRoot, port, password);
  try {
    const url = await ready(child, signal, logPath(projectRoot));
    const pid = child.pid ?? 0;
    const record = { url, user: rootUser, password, pid, ...(keep ? {} : { starter: process.pid }) };
    await writeServerRecord(projectRoot, record);
    child.stdout?.destroy();
    child.unref();
    return { record, found: false, kept: keep, release: () => (keep ? Promise.resolve() : stop(pid)) };
  } catch (error) {
    if (child.pid !== undefined) await stop(child.pid);
    throw error;
  }
}

const logPath = (projectRoot: string) => join(localFolder(projectRoot), "server.log");

function spawnServer(projectRoot: string, port: number, password: string): ChildProcess {
  mkdirSync(localFolder(projectRoot), { recursive: true });
  const log = openSync(logPath(projectRoot), "a", 0o600);
  try {
    const manifest = createRequire(__filename).resolve("@o2cqrs/local-openobserve/package.json");
    const main = join(dirname(manifest), "dist", "main.js");
    return spawn(
      process.execPath,
      [main, "--data-dir", join(localFolder(projectRoot), "data"), "--port", String(port)],
      {
        // The password goes by the environment: arguments are seen by every user of the machine.
        env: {
          ...process.env,
          ZO_ROOT_USER_EMAIL: rootUser,
          ZO_ROOT_USER_PASSWORD: password,
          ZO_SSRF_ALLOW_LOOPBACK: "true",
        },
        stdio: ["ignore", "pipe", log],
        // A group of its own: Ctrl-C reaches it through us, after the work that needs it has ended.
        detached: true,
      },
    );
  } finally {
    closeSync(log);
  }
}

/** Waits for the line in which the server tells its address. */
async function ready(child: ChildProcess, signal: AbortSignal, log: string): Promise<string> {
  const failed = (why: string) =>
    new OperatorError(`The embedded server did not start: ${why}`, { cure: `The reason is in ${log}.` });
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(failed(`it was not ready within ${readyWithinMs / 1000} s`));
    }, readyWithinMs);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", aborted);
      end();
    };
    const aborted = () => {
      settle(() => {
        reject(new Error("interrupted"));
      });
    };
    signal.addEventListener("abort", aborted);
    child.once("error", (error) => {
      settle(() => {
        reject(failed(error.message));
      });
    });
    child.once("exit", (code) => {
      settle(() => {
        reject(failed(`it ended with exit code ${code ?? "none"}`));
      });
    });
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).once("line", (line) => {
      settle(() => {
        resolve(readyLine.parse(JSON.parse(line)).url);
      });
    });
  });
}

/** Whether an OpenObserve is there and takes these credentials. */
async function answers({ url, user, password }: ServerRecord): Promise<boolean> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  try {
    const response = await fetch(`${url}/api/organizations`, {
      headers: { authorization },
      signal: AbortSignal.timeout(5000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Nothing listens there, or not in time: it is not our server.
    return false;
  }
}

async function stop(pid: number): Promise<void> {
  if (!isRunning(pid)) return;
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + stopWithinMs;
  while (isRunning(pid)) {
    if (Date.now() > deadline) {
      process.kill(pid, "SIGKILL");
      return;
    }
    await sleep(25);
  }
}
