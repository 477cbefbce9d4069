import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServerVersion, startServer } from "@o2cqrs/local-openobserve";
import { CommanderError } from "commander";
import { findProjectRoot } from "../cli/project-root.js";
import { conformance, inOwnOrganization, junit, type Step, table } from "./index.js";
import { type ConformanceRun, conformanceRun } from "./options.js";

/** A server to judge, and how to be rid of it. */
interface Judged {
  readonly label: string;
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly close: () => Promise<void>;
}

const projectRoot = findProjectRoot(__dirname, process.cwd());

async function embedded(version: ServerVersion): Promise<Judged> {
  const dataDir = await mkdtemp(join(tmpdir(), "o2cqrs-conformance-"));
  const [user, password] = ["root@example.com", "Complexpass#123"];
  const options = { dataDir, rootUser: user, rootPassword: password, version, streamDeletionSeconds: 1 };
  const server = await startServer(options);
  const close = async () => {
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { label: `embedded ${version}`, url: server.url, user, password, close };
}

async function* judged({ server, versions }: ConformanceRun): AsyncGenerator<Judged> {
  if (server !== undefined) yield { label: server.url, ...server, close: () => Promise.resolve() };
  else for (const each of versions) yield await embedded(each);
}

/** A run takes a minute: a line for each life that has ended. */
const tell = (steps: readonly Step[]): void => {
  const failed = steps.filter(({ failure }) => failure !== undefined).length;
  console.error(`${steps[0]?.kind}: ${steps.length - failed} passed, ${failed} failed`);
};

async function main(): Promise<void> {
  const run = conformanceRun(process.argv.slice(2), process.env);
  const reports: { server: string; steps: Step[] }[] = [];
  for await (const { label, url, user, password, close } of judged(run)) {
    const credential = { kind: "basic", user, password } as const;
    const connection = { url, organization: run.org ?? "default", credential };
    try {
      const home = run.org === undefined ? await inOwnOrganization(connection) : connection;
      const steps = await conformance(home, {
        prefix: `conf${Date.now().toString(36)}`,
        projectRoot,
        onLife: tell,
      });
      reports.push({ server: label, steps });
      console.log(`OpenObserve at ${label}, organisation ${home.organization}\n${table(steps)}\n`);
    } finally {
      await close();
    }
  }
  if (run.json !== undefined) await writeFile(run.json, `${JSON.stringify(reports, null, 2)}\n`);
  if (run.junit !== undefined) {
    const suites = reports.map(({ server, steps }) => junit(server, steps).split("\n").slice(1).join("\n"));
    await writeFile(
      run.junit,
      `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("")}</testsuites>\n`,
    );
  }
  if (reports.some(({ steps }) => steps.some(({ failure }) => failure !== undefined))) process.exitCode = 1;
}

main().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2); // It has told why.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
