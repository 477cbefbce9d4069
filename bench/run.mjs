// `npm run bench -- NAME` builds the packages and runs bench/NAME.mjs or bench/NAME.ts with the arguments that follow.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "../scripts/build.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const names = readdirSync(folder)
  .flatMap((file) => /^(?!run\.)([\w-]+)\.(mjs|ts)$/.exec(file)?.[1] ?? [])
  .sort();
const [name, ...rest] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`usage: npm run bench -- ${names.join("|")}`);
  process.exit(2);
}
await build();
const script = join(folder, `${name}.mjs`);
if (existsSync(script)) await import(pathToFileURL(script).href);
else await runTypeScript();

/** Transpiles the folder beside the packages' own builds, and runs it in a process that can collect garbage on demand. */
async function runTypeScript() {
  const { default: swc } = await import("@swc/core");
  const outDir = join(folder, "..", "node_modules", ".cache", "bench");
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!file.endsWith(".ts") || file.endsWith(".d.ts")) continue;
    const { code } = swc.transformFileSync(join(folder, file), {
      swcrc: false,
      configFile: false,
      jsc: {
        target: "es2022",
        parser: { syntax: "typescript", decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
      module: { type: "commonjs", ignoreDynamic: true },
    });
    const target = join(outDir, file.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  const { status } = spawnSync(process.execPath, ["--expose-gc", join(outDir, `${name}.js`), ...rest], {
    stdio: "inherit",
  });
  process.exit(status ?? 1);
}
