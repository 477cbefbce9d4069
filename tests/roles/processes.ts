import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A program that runs beside the test, its output in a file. */
export class Program {
  #child: ChildProcess | undefined;

  constructor(
    readonly name: string,
    private readonly options: {
      readonly command: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
      readonly folder: string;
      readonly user?: number;
    },
  ) {}

  get log(): string {
    return join(this.options.folder, `${this.name}.log`);
  }

  start(): void {
    const { command, env = {}, folder, user } = this.options;
    const [file, ...args] = command;
    const child = spawn(file!, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      ...(user !== undefined && { uid: user, gid: user }),
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => appendFileSync(this.log, chunk));
    this.#child = child;
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}

/** Waits for something that happens elsewhere. */
export async function eventually<Result>(
  what: string,
  attempt: () => Promise<Result>,
  seconds = 120,
): Promise<Result> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw new Error(`${what}: ${String(error)}`, { cause: error });
      await sleep(500);
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Folder of PostgreSQL's programs, which Debian keeps off the PATH. */
export function postgresFolder(): string | undefined {
  const base = "/usr/lib/postgresql";
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(base, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
}

/** An empty PostgreSQL with one database; its server refuses to be run by root, so a root's test lends it a user. */
export async function startPostgres(
  folder: string,
  password: string,
): Promise<{ program: Program; uri: string }> {
  const bin = postgresFolder()!;
  const data = join(folder, "postgres");
  const user =
    process.getuid?.() === 0
      ? Number(execFileSync("id", ["-u", "postgres"], { encoding: "utf8" }))
      : undefined;
  mkdirSync(data);
  const options = user === undefined ? {} : { uid: user, gid: user };
  if (user !== undefined) execFileSync("chown", ["postgres:postgres", data]);
  execFileSync(join(bin, "initdb"), ["-D", data, "-U", "openobserve", "-A", "trust", "--no-sync"], {
    ...options,
    cwd: data,
  });
  const port = await freePort();
  const command = [
    join(bin, "postgres"),
    "-D",
    data,
    "-p",
    String(port),
    "-h",
    "127.0.0.1",
    "-k",
    data,
    "-c",
    "max_connections=300",
    "-c",
    "fsync=off",
  ];
  const program = new Program("postgres", { command, folder, ...(user !== undefined && { user }) });
  program.start();
  const ready = () =>
    spawnSync(join(bin, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)]).status === 0;
  await eventually("PostgreSQL starts", () =>
    ready() ? Promise.resolve() : Promise.reject(new Error("not ready")),
  );
  execFileSync(
    join(bin, "createdb"),
    ["-h", "127.0.0.1", "-p", String(port), "-U", "openobserve", "openobserve"],
    { cwd: data },
  );
  return { program, uri: `postgres://openobserve:${password}@127.0.0.1:${port}/openobserve` };
}
