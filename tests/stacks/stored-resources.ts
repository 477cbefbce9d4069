import { readFile } from "node:fs/promises";

/** A resource as the engine keeps it. */
export interface StoredResource {
  readonly urn: string;
  readonly type: string;
  readonly dependencies?: readonly string[];
  readonly sourcePosition?: string;
}

/** The resources in a file of the embedded engine. */
export async function storedResources(stateFile: string): Promise<readonly StoredResource[]> {
  // Boundary: the engine's own format.
  const state = JSON.parse(await readFile(stateFile, "utf8")) as {
    deployment: { resources: readonly StoredResource[] };
  };
  return state.deployment.resources;
}
