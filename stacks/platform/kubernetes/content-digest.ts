import { createHash } from "node:crypto";

/**
 * Stands on a pod whose configuration is mounted: pods are replaced when their template changes, and a mounted
 * file is no part of it.
 */
export const contentDigest = (...contents: readonly string[]): string =>
  createHash("sha256").update(contents.join("\0")).digest("hex").slice(0, 16);
