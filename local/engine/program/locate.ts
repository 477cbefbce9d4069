import { createRequire } from "node:module";
import { join } from "node:path";

import { ProjectError } from "../errors.js";

/**
 * Finds a file of the `@pulumi/pulumi` that the program itself uses.
 * @throws ProjectError when the project has none installed
 */
export function locateInSdk(programDirectory: string, file: string): string {
  try {
    return createRequire(join(programDirectory, "package.json")).resolve(`@pulumi/pulumi/${file}`);
  } catch {
    throw new ProjectError(
      `@pulumi/pulumi is not installed for ${programDirectory}: run npm install there first`,
    );
  }
}
