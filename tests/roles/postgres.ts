import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../ops/start/free-port.js";
import { eventually, Program } from "./processes.js";

const user = "openobserve";
const database = "openobserve";

/** Folder of PostgreSQL's programs, which Debian keeps off the PATH. */
function programsFolder(): string {
  const base = "/usr/lib/postgresql";
  const versions = readdirSync(base).sort((a, b) => Number(b) - Number(a));
  const found = versions
    .map((version) => join(base, version, "bin"))
    .find((bin) => existsSync(join(bin, "initdb")));
  if (found === undefined) throw new Error(`there is no initdb below ${base}`);
  return found;
}

/** The system's PostgreSQL with one empty database; it lets in whoever reaches its address. */
export class Postgres {
  private constructor(
    readonly program: Program,
    readonly port: number,
    private readonly bin: string,
  ) {}

  /** Its server refuses to be run by root, so a root's test lends it a user. */
  static async prepare(folder: string): Promise<Postgres> {
    const bin = programsFolder();
    const data = join(folder, "postgres");
    const lent =
      process.getuid?.() === 0
        ? Number(execFileSync("id", ["-u", "postgres"], { encoding: "utf8" }))
        : undefined;
    mkdirSync(data);
    if (lent !== undefined) execFileSync("chown", ["postgres:postgres", data]);
    execFileSync(join(bin, "initdb"), ["-D", data, "-U", user, "-A", "trust", "--no-sync"], {
      ...(lent !== undefined && { uid: lent, gid: lent }),
      cwd: data,
    });
    const port = await freePort();
    const command = [
      ...[join(bin, "postgres"), "-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", data],
      ...["-c", "max_connections=300", "-c", "fsync=off"],
    ];
    const program = new Program("postgres", { command, folder, ...(lent !== undefined && { user: lent }) });
    return new Postgres(program, port, bin);
  }

  get #place(): string[] {
    return ["-h", "127.0.0.1", "-p", String(this.port)];
  }

  get uri(): string {
    return `postgres://${user}:unused@127.0.0.1:${this.port}/${database}`;
  }

  async start(): Promise<void> {
    this.program.start();
    await eventually(`PostgreSQL answers (see ${this.program.log})`, () => {
      const { status } = spawnSync(join(this.bin, "pg_isready"), this.#place);
      if (status !== 0) throw new Error(`pg_isready ends with ${status}`);
    });
  }

  createDatabase(): void {
    execFileSync(join(this.bin, "createdb"), [...this.#place, "-U", user, database], { cwd: "/" });
  }
}
