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

/** What each part brings of the packages that an application would feel; all but these parts bring none. */
const brings: Readonly<Record<string, readonly string[]>> = {
  "": ["OpenTelemetry's API", "undici"],
  "/ingest": ["undici"],
  "/logs": ["OpenTelemetry's API"],
  "/metrics": ["OpenTelemetry's API", "OpenTelemetry's SDK"],
  "/tracing": ["OpenTelemetry's API", "OpenTelemetry's SDK"],
  "/bus": ["OpenTelemetry's API"],
  "/cache": ["TanStack Query"],
  "/pino": ["OpenTelemetry's API", "undici"],
  "/telemetry": ["OpenTelemetry's API", "OpenTelemetry's SDK", "undici"],
  "/nest": ["NestJS", "OpenTelemetry's API", "OpenTelemetry's SDK", "undici"],
};

test("a part loads no more than it is about: NestJS, OpenTelemetry and the query cache only where they belong", () => {
  const source = `
    const family = (path) =>
      /node_modules.@nestjs/.test(path) ? "NestJS"
      : /node_modules.@opentelemetry.api.build/.test(path) ? "OpenTelemetry's API"
      : /node_modules.@opentelemetry/.test(path) ? "OpenTelemetry's SDK"
      : /node_modules.@tanstack/.test(path) ? "TanStack Query"
      : /node_modules.undici/.test(path) ? "undici"
      : /node_modules.(@pulumi|pino)/.test(path) ? path
      : undefined;
    require("reflect-metadata");
    require("openobserve-cqrs/runtime" + process.env.PART);
    console.log(JSON.stringify([...new Set(Object.keys(require.cache).map(family))].filter(Boolean).sort()));`;
  const loaded = parts.map((part): [string, unknown] => [
    part,
    JSON.parse(run("lean.cjs", source, { ...env, PART: part })),
  ]);
  expect(loaded).toEqual(parts.map((part) => [part, brings[part] ?? []]));
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
