import { type ChildProcess, execFileSync, spawn } from "node:child_process";
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

/**
 * A Docker daemon of the suite's own: own data, socket and processes, and nobody else's containers. containerd runs
 * beside it, as systemd has it: containers outlive the daemon.
 */
export interface Daemon {
  readonly docker: Docker;
  /** For programs that read `DOCKER_HOST`. */
  readonly host: string;
  readonly folder: string;
  /** Ends it and starts it again. Asked to end, it ends its containers; killed, it leaves them without a daemon. */
  restart(how?: Restart): Promise<void>;
  /** Ends it, with its containers, and removes all that it kept. */
  close(): Promise<void>;
}

interface Restart {
  /** How it is ended; default `SIGTERM`. */
  readonly signal?: "SIGTERM" | "SIGKILL";
  /** Whether the new daemon takes over containers that still run, or starts them anew; default false, as Docker's. */
  readonly liveRestore?: boolean;
}

export class NoDaemonError extends Error {}

/**
 * @throws NoDaemonError saying why no daemon can run here
 */
export async function startDaemon(): Promise<Daemon> {
  if (process.platform !== "linux") throw new NoDaemonError("a Docker daemon runs on Linux only");
  if (process.getuid?.() !== 0) throw new NoDaemonError("a Docker daemon of its own needs root");
  const program = installed("dockerd");
  const containerdProgram = installed("containerd");

  const folder = mkdtempSync(join(tmpdir(), "o2cqrs-docker-"));
  for (const part of ["data", "exec", "containerd"]) mkdirSync(join(folder, part));
  writeFileSync(join(folder, "daemon.json"), "{}");
  const socket = join(folder, "docker.sock");
  const docker = new Docker({ socketPath: socket });
  const log = join(folder, "daemon.log");
  const containerd = startContainerd(containerdProgram, folder);
  let running: ChildProcess;
  try {
    running = await start(program, folder, docker);
  } catch (error) {
    await stop(containerd);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }

  return {
    docker,
    host: `unix://${socket}`,
    folder,
    async restart({ signal, liveRestore = false } = {}) {
      await stop(running, signal);
      writeFileSync(join(folder, "daemon.json"), JSON.stringify({ "live-restore": liveRestore }));
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
        await stop(containerd);
        unmountBelow(folder);
        rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      } catch (error) {
        const last = existsSync(log) ? tail(log) : "";
        throw new Error(`the daemon did not end cleanly; its log:\n${last}`, { cause: error });
      }
    },
  };
}

const tail = (file: string) => readFileSync(file, "utf8").split("\n").slice(-20).join("\n");

function installed(name: string): string {
  const file = ["/usr/sbin", "/usr/bin", "/usr/local/bin"]
    .map((folder) => join(folder, name))
    .find((each) => existsSync(each));
  if (file === undefined)
    throw new NoDaemonError(`${name} is not installed (Debian: apt-get install docker.io)`);
  return file;
}

const containerdSocket = (folder: string) => join(folder, "containerd", "containerd.sock");

function startContainerd(program: string, folder: string): ChildProcess {
  const path = (name: string) => join(folder, "containerd", name);
  const config = path("config.toml");
  writeFileSync(
    config,
    [
      "version = 2",
      'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
      `root = ${JSON.stringify(path("root"))}`,
      `state = ${JSON.stringify(path("state"))}`,
      "[grpc]",
      `address = ${JSON.stringify(containerdSocket(folder))}`,
    ].join("\n"),
  );
  return run(program, ["--config", config], join(folder, "containerd.log"));
}

function run(program: string, args: readonly string[], logFile: string): ChildProcess {
  const log = openSync(logFile, "a");
  const child = spawn(program, args, { stdio: ["ignore", log, log] });
  closeSync(log);
  return child;
}

async function start(program: string, folder: string, docker: Docker): Promise<ChildProcess> {
  const path = (name: string) => join(folder, name);
  const daemon = run(
    program,
    [
      ...["--config-file", path("daemon.json"), "--data-root", path("data"), "--exec-root", path("exec")],
      ...["--pidfile", path("docker.pid"), "--host", `unix://${path("docker.sock")}`],
      ...["--containerd", containerdSocket(folder)],
      // No default bridge: it would take the address of the one that a daemon of the machine has.
      ...["--storage-driver", "vfs", "--bridge", "none", "--shutdown-timeout", "20"],
    ],
    path("daemon.log"),
  );
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

/** A daemon that was killed leaves what it had mounted. */
function unmountBelow(folder: string): void {
  const points = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) execFileSync("umount", [point]);
}

async function stop(daemon: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const exited = once(daemon, "exit");
  daemon.kill(signal);
  await exited;
}
