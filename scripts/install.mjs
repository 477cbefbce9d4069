// Brings a bare checkout to a state that can run: dependencies as the lock file has them, packages built.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const oldestNode = [20, 19];

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  console.error(`Node ${process.versions.node} is too old: install Node ${oldestNode.join(".")} or newer.`);
  process.exit(1);
}

/** npm writes this file at the end of every install, so its age is the age of the last whole install. */
function isInstalled() {
  const marker = join(root, "node_modules", ".package-lock.json");
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
}

/** Installs dependencies when they are missing or older than the lock file, then builds what is stale. */
export async function prepare() {
  requireNode();
  if (!isInstalled()) {
    console.log("Installing dependencies (npm ci) …");
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    const { status } = spawnSync(npm, ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  }
  const { build } = await import("./build.mjs");
  await build();
}
