import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "@swc/core";
import { peerDependencies } from "../../../runtime/package.json";
import { StubServer } from "../ingest/stub-server.js";
import { installLines, repository, snippets } from "./snippets.js";

// Runs processes, which takes a machine that is busy its time.
jest.setTimeout(180_000);

let folder: string;
let server: StubServer;

beforeAll(() => {
  spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
});

beforeEach(async () => {
  server = await StubServer.start();
  // Inside the repository, so that the packages are found as an application would find them.
  folder = mkdtempSync(join(repository, "node_modules", ".cache-readme-"));
});

afterEach(async () => {
  rmSync(folder, { recursive: true });
  await server.stop();
});

/** Runs a program as an application of either kind of module, in a folder of its own. */
async function run(source: string, kind: "commonjs" | "es6"): Promise<string> {
  const { code } = transformSync(source, {
    swcrc: false,
    configFile: false,
    jsc: {
      target: "es2022",
      parser: { syntax: "typescript", decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: kind },
  });
  const path = join(folder, kind === "es6" ? "program.mjs" : "program.cjs");
  writeFileSync(path, code);
  const env = { PATH: process.env.PATH, OPENOBSERVE_URL: server.url, OPENOBSERVE_TOKEN: "t" };
  const child = spawn(process.execPath, [path], { cwd: folder, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  return output.trim();
}

const prints = ["placed o-1", "answer to GetOrder", "1"];
const sends = [
  { stream: "cqrs-commands", statuses: ["start", "success"], otlp: ["application/x-protobuf"] },
  { stream: "cqrs-queries", statuses: ["success"], otlp: ["application/x-protobuf"] },
  { stream: "cqrs-commands", statuses: ["start"], otlp: [] },
];

test("the README has a program for each way of use", () => {
  expect(snippets).toHaveLength(prints.length);
});

describe.each(["commonjs", "es6"] as const)("as %s", (kind) => {
  test.each(snippets.map((_, n) => n))(
    "the README's program %i runs as it stands, and its telemetry arrives",
    async (n) => {
      expect(await run(snippets[n]!, kind)).toBe(prints[n]);
      const records = server.records(sends[n]!.stream);
      expect(records.map(({ status }) => status)).toEqual(sends[n]!.statuses);
      expect(server.requests.map(({ stream }) => stream)).toEqual([sends[n]!.stream]);
      // Protobuf, for the server's JSON path loses 64-bit numbers; none where OpenTelemetry's SDK is not used.
      expect(new Set(server.otlpTypes)).toEqual(new Set(sends[n]!.otlp));
    },
  );
});

test("the README says to install every package that the runtime expects beside itself", () => {
  for (const name of Object.keys(peerDependencies)) expect(installLines.split(/\s+/)).toContain(name);
});
