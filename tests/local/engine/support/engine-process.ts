import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";

import { type ThingProject } from "./things.js";

const repository = resolve(__dirname, "../../../..");

/**
 * Runs the engine in a process of its own, which a test can kill. It runs the sources through swc, as jest does.
 * @param source the body of an async function with `createEngine`, `Journal`, … of the engine's modules in `load(path)`
 */
export function engineProcess(project: ThingProject, source: string): ChildProcess {
  project.write("load.cjs", loader);
  project.write("main.cjs", `const load = require("./load.cjs");\n(async () => {\n${source}\n})();`);
  return spawn(process.execPath, ["--conditions=@o2cqrs/source", join(project.dir, "main.cjs")], {
    env: { ...process.env, ...project.env },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/** Kills the process as a crash would, and waits until it is gone. */
export async function crash(child: ChildProcess): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

const loader = `
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const Module = require("node:module");
const swc = require("@swc/core");
require.extensions[".ts"] = (module, path) => {
  const { code } = swc.transformSync(readFileSync(path, "utf8"), {
    filename: path,
    swcrc: false,
    configFile: false,
    jsc: { target: "es2022", parser: { syntax: "typescript" } },
    module: { type: "commonjs", ignoreDynamic: true },
  });
  module._compile(code, path);
};
const resolve = Module._resolveFilename;
Module._resolveFilename = (request, parent, ...rest) =>
  request.startsWith(".") && parent?.filename?.endsWith(".ts")
    ? resolve(request.replace(/\\.js$/, ".ts"), parent, ...rest)
    : resolve(request, parent, ...rest);
module.exports = (path) => require(join(${JSON.stringify(repository)}, "local/engine", path));
`;
