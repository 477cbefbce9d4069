import { parseArgs } from "node:util";

import { startServer } from "./start.js";
import { defaultVersion, type ServerVersion } from "./versions.js";

const help = `Runs the embedded OpenObserve until it is told to stop (SIGTERM or SIGINT).

  node main.js --data-dir DIR [--host HOST] [--port PORT] [--version 0.60|0.90]

  --data-dir DIR   holds everything that survives a restart; made when missing
  --host HOST      address to listen on (default 127.0.0.1)
  --port PORT      port to listen on (default 0: any free one)
  --version V      which observed server to be: 0.60 or 0.90 (default ${defaultVersion})

Environment: ZO_ROOT_USER_EMAIL and ZO_ROOT_USER_PASSWORD (both required),
ZO_ROOT_USER_TOKEN is the root user's token for sending, taken at the first start,
ZO_SSRF_ALLOW_LOOPBACK=true lets alerts reach this machine,
ZO_ALLOW_USER_DEFINED_SCHEMAS=true allows defined schema fields.
When ready it prints one line of JSON: {"url": "http://…", "version": "${defaultVersion}"}.
`;

class UsageError extends Error {}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      "data-dir": { type: "string" },
      host: { type: "string" },
      port: { type: "string" },
      version: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return void process.stdout.write(help);
  const dataDir = values["data-dir"];
  if (dataDir === undefined) throw new UsageError("--data-dir is missing");
  const server = await startServer({
    dataDir,
    ...(values.host !== undefined && { host: values.host }),
    port: parsePort(values.port),
    version: parseVersion(values.version),
    rootUser: fromEnvironment("ZO_ROOT_USER_EMAIL"),
    rootPassword: fromEnvironment("ZO_ROOT_USER_PASSWORD"),
    ...(process.env.ZO_ROOT_USER_TOKEN && { rootToken: process.env.ZO_ROOT_USER_TOKEN }),
    allowLoopbackDestinations: process.env.ZO_SSRF_ALLOW_LOOPBACK === "true",
    userDefinedSchemas: process.env.ZO_ALLOW_USER_DEFINED_SCHEMAS === "true",
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      server.close().catch(fail);
    });
  }
  process.stdout.write(`${JSON.stringify({ url: server.url, version: server.version })}\n`);
}

function parseVersion(text: string | undefined): ServerVersion {
  if (text === undefined) return defaultVersion;
  if (text === "0.60" || text === "0.90") return text;
  throw new UsageError(`--version is "${text}", not 0.60 or 0.90`);
}

function parsePort(text = "0"): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
  throw new UsageError(`--port is "${text}", not a port`);
}

function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "")
    throw new UsageError(`the environment variable ${name} is not set`);
  return value;
}

function fail(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  const usage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  process.stderr.write(usage ? `${reason}\n\n${help}` : `${reason}\n`);
  process.exitCode = usage ? 2 : 1;
}

main().catch(fail);
