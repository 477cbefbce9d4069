import { freePort } from "../../ops/start/free-port.js";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const versions = "/usr/lib/postgresql";

/** Folder of the newest PostgreSQL's programs, which Debian keeps off the PATH; undefined where there is none. */
export const postgresPrograms = (existsSync(versions) ? readdirSync(versions) : [])
  .sort((one, other) => Number(other) - Number(one))
  .map((version) => join(versions, version, "bin"))
  .find((bin) => existsSync(join(bin, "initdb")));

const user = "openobserve";
const password = "it's a p@ss/word";

/** An empty PostgreSQL server on this machine, which wants its password. */
export class Postgres {
  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private readonly server: ChildProcess,
  ) {}

  static async start(): Promise<Postgres> {
    if (postgresPrograms === undefined) throw new Error(`there is no PostgreSQL below ${versions}`);
    const program = (name: string) => join(postgresPrograms, name);
    const folder = mkdtempSync(join(tmpdir(), "o2cqrs-postgres-"));
    writeFileSync(join(folder, "password"), password);
    const lent = lentUser();
    const as = { cwd: folder, ...lent };
    if (lent) for (const each of [folder, join(folder, "password")]) chownSync(each, lent.uid, lent.gid);
    const data = join(folder, "data");
    const auth = ["--auth=scram-sha-256", `--pwfile=${join(folder, "password")}`];
    execFileSync(program("initdb"), ["-D", data, "-U", user, "-E", "UTF8", "--no-sync", ...auth], as);
    const port = await freePort();
    const server = spawn(
      program("postgres"),
      ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off"],
      { ...as, stdio: ["ignore", "ignore", "pipe"] },
    );
    const told: string[] = [];
    for await (const line of createInterface(server.stderr)) {
      told.push(line);
      if (line.includes("ready to accept connections")) {
        server.stderr.resume();
        return new Postgres(port, folder, server);
      }
    }
    throw new Error(`PostgreSQL did not start:\n${told.join("\n")}`);
  }

  /** The connection string of a database. */
  uri(database: string): string {
    return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** Runs one of its programs on a database. @returns what it writes */
  run(program: string, database: string, ...args: string[]): string {
    return execFileSync(
      join(postgresPrograms ?? "", program),
      [...args, "-h", "127.0.0.1", "-p", String(this.port), "-U", user, database],
      { cwd: this.folder, env: { PATH: process.env.PATH, PGPASSWORD: password }, encoding: "utf8" },
    );
  }

  query(database: string, sql: string): string {
    return this.run("psql", database, "-XqtA", "-v", "ON_ERROR_STOP=1", "-c", sql).trim();
  }

  async stop(): Promise<void> {
    this.server.kill("SIGINT");
    await once(this.server, "exit");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The server refuses to be run by root: a root's test lends it the user that Debian's package made. */
function lentUser() {
  if (process.getuid?.() !== 0) return undefined;
  const id = (what: string) => Number(execFileSync("id", [what, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}
