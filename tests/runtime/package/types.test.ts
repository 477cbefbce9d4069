import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../../runtime/package.json";
import { repository, snippets } from "./snippets.js";

let folder: string;
beforeAll(() => {
  spawnSync(process.execPath, [join(repository, "scripts", "types.mjs")]);
  folder = mkdtempSync(join(repository, "node_modules", ".cache-types-"));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What the compiler says about programs of a user's, who sees the package by its `exports` alone. */
function compile(files: Readonly<Record<string, string>>, options: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const config = join(folder, "tsconfig.json");
  const compilerOptions = {
    target: "es2022",
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    esModuleInterop: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    types: ["node"],
    ...options,
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  const tsc = join(repository, "node_modules", "typescript", "bin", "tsc");
  return spawnSync(process.execPath, [tsc, "-p", config], { encoding: "utf8" }).stdout;
}

const programs = (extension: string) =>
  Object.fromEntries(snippets.map((text, n) => [`program-${n}.${extension}`, text]));

test("an application that resolves modules as Node does finds the types, as an ES module and as CommonJS", () => {
  const adapter = 'import env = require("openobserve-cqrs/scripts/openobserve/env-adapter");\n';
  const files = {
    ...programs("mts"),
    ...programs("cts"),
    "adapter.cts": `${adapter}export const url: string = env.OPENOBSERVE_URL;\n`,
  };
  expect(compile(files, { module: "node16", moduleResolution: "node16" })).toBe("");
}, 300_000);

test("so does one that is bundled", () => {
  expect(compile(programs("ts"), { module: "esnext", moduleResolution: "bundler" })).toBe("");
}, 300_000);

test("a wrong use is an error: the types are not `any`", () => {
  const wrong =
    'import { IngestClient } from "openobserve-cqrs/runtime";\nnew IngestClient({ concurrency: "five" });\n';
  expect(compile({ "wrong.mts": wrong }, { module: "node16", moduleResolution: "node16" })).toContain(
    "Type 'string' is not assignable to type 'number'",
  );
}, 300_000);

test("every file that `exports` names is there, and the licence goes with them", () => {
  const named = JSON.stringify(manifest.exports).match(/\.\/dist\/[^"]+/g) ?? [];
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((path) => !existsSync(join(repository, "runtime", path)))).toEqual([]);
  expect(existsSync(join(repository, "runtime", "dist", "LICENSE"))).toBe(true);
});
