// Transpiles every package to its own dist/ folder when a source is newer than the last build.
// Type errors are the type checker's business (`npm run typecheck`): a deploy must not wait for it.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const script = fileURLToPath(import.meta.url);
const root = join(dirname(script), "..");
const skipped = new Set(["dist", "node_modules", "coverage", ".o2cqrs"]);

/** @returns {string[]} every TypeScript source below a folder, declaration files left out */
function sources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : sources(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}

/** @returns {boolean} whether a file of the package, or this script, is another than at the build that left the stamp */
function isStale(packageDir, files) {
  const stamp = join(packageDir, "dist", ".stamp");
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  if (readFileSync(stamp, "utf8") !== listing(packageDir, files)) return true;
  return [...files, script].some((file) => statSync(file).mtimeMs > built);
}

const listing = (packageDir, files) => files.map((file) => relative(packageDir, file)).join("\n");

/** @param source path that the source map names, relative to the map: a package carries no path of this machine */
const swcOptions = (moduleType, source) => ({
  swcrc: false,
  configFile: false,
  sourceMaps: true,
  sourceFileName: source,
  jsc: {
    target: "es2022",
    parser: { syntax: "typescript", decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
  // `import()` stays as it is, so that a CommonJS build can still load ES modules; and what a file exports is noted
  // in it as Node's loader of ES modules finds it, so that `import()` of our own files gives it by name.
  module: { type: moduleType, ignoreDynamic: true, exportInteropAnnotation: moduleType === "commonjs" },
});

/** A process that loads the package meanwhile sees the old file or the new one, never half of it. */
function replaceFile(path, text) {
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, text);
  renameSync(partial, path);
}

/** Removes what an earlier build left of sources that are gone. */
function prune(dist, files, packageDir) {
  if (!existsSync(dist)) return;
  const wanted = new Set(files.map((file) => relative(packageDir, file).replace(/\.ts$/, ".js")));
  for (const entry of readdirSync(dist, { recursive: true })) {
    const source = entry.replace(/\.map$/, "").replace(new RegExp(`^esm\\${sep}`), "");
    if (/\.js(\.map)?$/.test(entry) && !wanted.has(source)) rmSync(join(dist, entry), { force: true });
  }
}

async function transpile(packageDir, files, outDir, moduleType) {
  const { default: swc } = await import("@swc/core");
  for (const file of files) {
    const target = join(outDir, relative(packageDir, file).replace(/\.ts$/, ".js"));
    const { code, map } = swc.transformFileSync(
      file,
      swcOptions(moduleType, relative(dirname(target), file)),
    );
    mkdirSync(dirname(target), { recursive: true });
    replaceFile(`${target}.map`, map ?? "");
    replaceFile(target, `${code}//# sourceMappingURL=${target.split(sep).at(-1)}.map\n`);
  }
}

/**
 * Builds the packages that are stale.
 * @returns {Promise<string[]>} the names of the packages that were built
 */
export async function build({ force = false } = {}) {
  const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const built = [];
  for (const workspace of workspaces) {
    const packageDir = join(root, workspace);
    if (!existsSync(packageDir)) continue; // A container has the packages that its service needs.
    const files = sources(packageDir).sort();
    if (!force && !isStale(packageDir, files)) continue;
    const manifest = JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8"));
    const dist = join(packageDir, "dist");
    await transpile(packageDir, files, dist, "commonjs");
    if (manifest.o2cqrs?.esm) {
      // scripts/ holds what is read by `require` alone.
      const modules = files.filter((file) => !relative(packageDir, file).startsWith(`scripts${sep}`));
      await transpile(packageDir, modules, join(dist, "esm"), "es6");
      writeFileSync(join(dist, "esm", "package.json"), '{ "type": "module" }\n');
    }
    prune(dist, files, packageDir);
    writeFileSync(join(dist, ".stamp"), listing(packageDir, files));
    built.push(manifest.name);
  }
  return built;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const built = await build({ force: process.argv.includes("--force") });
  console.log(built.length > 0 ? `built ${built.join(", ")}` : "nothing to build");
}
