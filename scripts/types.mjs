// Writes the type declarations of the packages that applications import, beside their builds; for publishing.
// Within the repository types come from the sources, so only `npm pack` and `npm publish` need them, and run this.
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepare, root } from "./install.mjs";

await prepare();
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
for (const name of ["contract", "runtime"]) {
  const dist = join(root, name, "dist");
  const declarations = join(root, "node_modules", ".cache", "types", name);
  rmSync(declarations, { recursive: true, force: true });
  mkdirSync(declarations, { recursive: true });
  const config = join(root, name, "dist", "tsconfig.types.json");
  const compilerOptions = {
    // The packages it imports are seen as a user sees them: built.
    customConditions: [],
    noEmit: false,
    incremental: false,
    tsBuildInfoFile: null,
    declaration: true,
    emitDeclarationOnly: true,
    stripInternal: true,
    rootDir: "..",
    outDir: declarations,
    types: ["node"],
  };
  writeFileSync(
    config,
    JSON.stringify({
      extends: "../../tsconfig.json",
      compilerOptions,
      include: ["../**/*.ts"],
      exclude: ["../dist", "../node_modules"],
    }),
  );
  const { status } = spawnSync(process.execPath, [tsc, "-p", config], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  cpSync(declarations, dist, { recursive: true });
  cpSync(declarations, join(dist, "esm"), { recursive: true });
  rmSync(config);
  copyFileSync(join(root, "LICENSE"), join(dist, "LICENSE"));
}
