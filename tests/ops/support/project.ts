import { spawnSync } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const repository = join(__dirname, "..", "..", "..");

/** A project of its own that deploys this repository's program. */
export async function makeProject(): Promise<{ root: string; remove: () => Promise<void> }> {
  spawnSync(process.execPath, [join(repository, "scripts", "build.mjs")]);
  const root = await mkdtemp(join(tmpdir(), "o2cqrs-project-"));
  const copied = ["Pulumi.yaml", "Pulumi.local.yaml", "stacks/dist", "stacks/main.js", "stacks/package.json"];
  for (const path of copied) await cp(join(repository, path), join(root, path), { recursive: true });
  for (const path of ["node_modules", "scripts"]) await symlink(join(repository, path), join(root, path));
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}
