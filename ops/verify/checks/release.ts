import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Check, fail, notApplicable, pass } from "../check.js";

/** Where the reports of gate and rollback are kept, by stack. */
export const releaseFolder = (projectRoot: string, stack: string) =>
  join(projectRoot, ".o2cqrs", "releases", stack);

export const releaseRehearsed: Check = async ({ projectRoot, stack, target }) => {
  const reports = await readdir(releaseFolder(projectRoot, stack)).catch(() => []);
  const has = (kind: string) => reports.some((name) => name.startsWith(`${kind}-`));
  if (has("gate") && has("rollback")) return pass(`${reports.length} reports in .o2cqrs/releases/${stack}`);
  const missing = ["gate", "rollback"].filter((kind) => !has(kind)).join(" and ");
  if (target === "local")
    return notApplicable(`no release goes through a local stack (no report of ${missing})`);
  return fail(`no report of ${missing}`, "Rehearse both with --dry-run, and keep their reports.");
};
