import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../../runtime/package.json";

const repository = join(__dirname, "..", "..", "..");
const env = { PATH: process.env.PATH, OPENOBSERVE_BASE_URL: "http://o2:5080//", OPENOBSERVE_TOKEN: "t" };
let folder: string;

beforeAll(() => {
  spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
  // Inside the repository, so that the packages are found as an application would find them.
  folder = mkdtempSync(join(repository, "node_modules", ".cache-packaging-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function run(name: string, source: string, variables: Record<string, string | undefined> = env): string {
  const path = join(folder, name);
  writeFileSync(path, source);
  const { stdout, stderr } = spawnSync(process.execPath, [path], { env: variables, encoding: "utf8" });
  return `${stdout}${stderr}`.trim();
}

const parts = [
  "",
  "/env",
  "/context",
  "/ingest",
  "/logs",
  "/metrics",
  "/tracing",
  "/bus",
  "/cache",
  "/control",
  "/nest",
  "/pino",
  "/telemetry",
];

test("every part loads as an ES module and as CommonJS, without a warning", () => {
  const names = parts.map((part) => `openobserve-cqrs/runtime${part}`);
  const imports = names.map((name, n) => `import * as m${n} from "${name}";`).join("\n");
  const list = names.map((_, n) => `m${n}`).join(", ");
  expect(
    run(
      "all.mjs",
      `import "reflect-metadata";\n${imports}\nconsole.log([${list}].every((m) => Object.keys(m).length > 0));`,
    ),
  ).toBe("true");
  const requires = names.map((name) => `require("${name}")`).join(", ");
  expect(
    run(
      "all.cjs",
      `require("reflect-metadata");\nconsole.log([${requires}].every((m) => Object.keys(m).length > 0));`,
    ),
  ).toBe("true");
});

test("both builds share the scope of a request", () => {
  const source = `
    import { createRequire } from "node:module";
    import { runInRequest } from "openobserve-cqrs/runtime/context";
    const { currentScope } = createRequire(import.meta.url)("openobserve-cqrs/runtime/context");
    runInRequest({ requestId: "r-1" }, () => console.log(currentScope()?.request.requestId));`;
  expect(run("shared.mjs", source)).toBe("r-1");
});

test("a script in plain CommonJS reads the environment as constants", () => {
  const source = `
    const { OPENOBSERVE_URL, OPENOBSERVE_ORGANIZATION, OPENOBSERVE_TOKEN, OPENOBSERVE_ENABLED, OTLP_TRACES_ENDPOINT } =
      require("openobserve-cqrs/scripts/openobserve/env-adapter.js");
    console.log(OPENOBSERVE_URL, OPENOBSERVE_ORGANIZATION, OPENOBSERVE_TOKEN, OPENOBSERVE_ENABLED, OTLP_TRACES_ENDPOINT);`;
  expect(run("constants.cjs", source)).toBe(
    "http://o2:5080 default t true http://o2:5080/api/default/v1/traces",
  );
  const names = run(
    "names.cjs",
    'console.log(Object.keys(require("openobserve-cqrs/scripts/openobserve/env-adapter")).join());',
  );
  expect(names.split(",")).toEqual([
    "OPENOBSERVE_ENABLED",
    "OPENOBSERVE_URL",
    "OPENOBSERVE_ORGANIZATION",
    "OPENOBSERVE_USER",
    "OPENOBSERVE_TOKEN",
    "CQRS_STREAM_COMMANDS",
    "CQRS_STREAM_QUERIES",
    "CQRS_STREAM_EVENTS",
    "CQRS_STREAM_METRICS",
    "CQRS_STREAM_TRACES",
    "OTLP_LOGS_ENDPOINT",
    "OTLP_METRICS_ENDPOINT",
    "OTLP_TRACES_ENDPOINT",
  ]);
  expect(run("missing.cjs", source, { PATH: process.env.PATH })).toContain("OPENOBSERVE_TOKEN is not set");
});

test("the ingest client alone loads neither OpenTelemetry nor NestJS nor the query cache", () => {
  const source = `
    require("openobserve-cqrs/runtime/ingest");
    console.log(Object.keys(require.cache).filter((path) => /@opentelemetry|@nestjs|@tanstack|@pulumi/.test(path)).length);`;
  expect(run("lean.cjs", source)).toBe("0");
});

test("loading a part does nothing but declare, so that a bundler may leave out what is not used", () => {
  const load = parts
    .filter((part) => part !== "/nest") // NestJS itself adds to `Reflect`.
    .map((part) => `await import("openobserve-cqrs/runtime${part}");`)
    .join("\n");
  const source = `
    const resources = () => process.getActiveResourcesInfo().filter((name) => name !== "CloseReq"); // The loader's files.
    const state = () => JSON.stringify([Object.keys(globalThis), process.env, process.eventNames(), resources()]);
    // Dependencies do what they do: zod keeps a registry in globals, proper-lockfile listens to signals.
    await import("zod");
    await import("proper-lockfile");
    const before = state();
    ${load}
    console.log(state() === before);`;
  expect(run("pure.mjs", source)).toBe("true");
  expect(manifest.sideEffects).toBe(false);
});

test("no part depends on Pulumi", () => {
  expect(JSON.stringify({ ...manifest.dependencies, ...manifest.peerDependencies })).not.toContain("pulumi");
});
