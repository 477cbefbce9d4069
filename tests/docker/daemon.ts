import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";

/** A Docker daemon of the suite's own: own data, socket and processes, and nobody else's containers. */
export interface Daemon {
  readonly docker: Docker;
  /** For programs that read `DOCKER_HOST`. */
  readonly host: string;
  readonly folder: string;
  /** Ends it, with its containers, and starts it again. */
  restart(): Promise<void>;
  /** Ends it, with its containers, and removes all that it kept. */
  close(): Promise<void>;
}

export class NoDaemonError extends Error {}

/**
 * @throws NoDaemonError saying why no daemon can run here
 */
export async function startDaemon(): Promise<Daemon> {
  if (process.platform !== "linux") throw new NoDaemonError("a Docker daemon runs on Linux only");
  if (process.getuid?.() !== 0) throw new NoDaemonError("a Docker daemon of its own needs root");
  const program = ["/usr/sbin/dockerd", "/usr/bin/dockerd", "/usr/local/bin/dockerd"].find((each) =>
    existsSync(each),
  );
  if (program === undefined)
    throw new NoDaemonError("dockerd is not installed (Debian: apt-get install docker.io)");

  const folder = mkdtempSync(join(tmpdir(), "o2cqrs-docker-"));
  for (const part of ["data", "exec"]) mkdirSync(join(folder, part));
  writeFileSync(join(folder, "daemon.json"), "{}");
  const socket = join(folder, "docker.sock");
  const docker = new Docker({ socketPath: socket });
  const log = join(folder, "daemon.log");
  let running: ChildProcess;
  try {
    running = await start(program, folder, docker);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }

  return {
    docker,
    host: `unix://${socket}`,
    folder,
    async restart() {
      await stop(running);
      running = await start(program, folder, docker);
    },
    async close() {
      try {
        const containers = await docker.listContainers({ all: true });
        await Promise.all(
          containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })),
        );
        await docker.pruneNetworks();
        await stop(running);
        rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      } catch (error) {
        throw new Error(`the daemon did not end cleanly; its log:\n${tail(log)}`, { cause: error });
      }
    },
  };
}

const tail = (file: string) => readFileSync(file, "utf8").split("\n").slice(-20).join("\n");

async function start(program: string, folder: string, docker: Docker): Promise<ChildProcess> {
  const path = (name: string) => join(folder, name);
  const log = openSync(path("daemon.log"), "a");
  const daemon = spawn(
    program,
    [
      ...["--config-file", path("daemon.json"), "--data-root", path("data"), "--exec-root", path("exec")],
      ...["--pidfile", path("docker.pid"), "--host", `unix://${path("docker.sock")}`],
      // No default bridge: it would take the address of the one that a daemon of the machine has.
      ...["--storage-driver", "vfs", "--bridge", "none", "--shutdown-timeout", "20"],
    ],
    { stdio: ["ignore", log, log] },
  );
  closeSync(log);
  const gone = once(daemon, "exit").then(() => true);
  for (;;) {
    if (await answers(docker)) return daemon;
    const ended = await Promise.race([
      gone,
      new Promise<false>((resolve) => setTimeout(resolve, 200, false)),
    ]);
    if (ended) {
      throw new NoDaemonError(`dockerd ended at once:\n${tail(path("daemon.log"))}`);
    }
  }
}

async function answers(docker: Docker): Promise<boolean> {
  try {
    await docker.ping();
    return true;
  } catch {
    return false;
  }
}

async function stop(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const exited = once(daemon, "exit");
  daemon.kill("SIGTERM");
  await exited;
}
