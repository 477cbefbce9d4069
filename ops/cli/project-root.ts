import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The nearest folder upwards that has a `Pulumi.yaml`; where there is none, the fallback. */
export function findProjectRoot(from: string, fallback: string): string {
  if (existsSync(join(from, "Pulumi.yaml"))) return from;
  const parent = dirname(from);
  return parent === from ? fallback : findProjectRoot(parent, fallback);
}
