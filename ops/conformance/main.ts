import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ServerVersion, startServer } from "@o2cqrs/local-openobserve";
import { findProjectRoot } from "../cli/project-root.js";
import { conformance, inOwnOrganization, junit, type Step, table } from "./index.js";

/** A server to judge, and how to be rid of it. */
interface Judged {
  readonly label: string;
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly close: () => Promise<void>;
}

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    user: { type: "string" },
    password: { type: "string" },
    org: { type: "string" },
    json: { type: "string" },
    junit: { type: "string" },
    version: { type: "string" },
  },
});

const projectRoot = findProjectRoot(__dirname, process.cwd());

const versions: readonly ServerVersion[] = ["0.60", "0.90"];

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

async function* judged(): AsyncGenerator<Judged> {
  const { url, user, version } = values;
  if (url === undefined) {
    const chosen = versions.filter((each) => version === undefined || each === version);
    if (chosen.length === 0) throw new Error("--version must be 0.60 or 0.90");
    for (const each of chosen) yield await embedded(each);
    return;
  }
  const password = process.env.O2CQRS_PASSWORD ?? values.password;
  if (user === undefined || password === undefined)
    throw new Error("a server of yours needs --user and the password in O2CQRS_PASSWORD");
  yield { label: url, url, user, password, close: () => Promise.resolve() };
}

async function main(): Promise<void> {
  const reports: { server: string; steps: Step[] }[] = [];
  for await (const { label, url, user, password, close } of judged()) {
    const credential = { kind: "basic", user, password } as const;
    const connection = { url, organization: values.org ?? "default", credential };
    try {
      const home = values.org === undefined ? await inOwnOrganization(connection) : connection;
      const steps = await conformance(home, { prefix: `conf${Date.now().toString(36)}`, projectRoot });
      reports.push({ server: label, steps });
      console.log(`OpenObserve at ${label}, organisation ${home.organization}\n${table(steps)}\n`);
    } finally {
      await close();
    }
  }
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(reports, null, 2)}\n`);
  if (values.junit !== undefined) {
    const suites = reports.map(({ server, steps }) => junit(server, steps).split("\n").slice(1).join("\n"));
    await writeFile(
      values.junit,
      `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join("")}</testsuites>\n`,
    );
  }
  if (reports.some(({ steps }) => steps.some(({ failure }) => failure !== undefined))) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
