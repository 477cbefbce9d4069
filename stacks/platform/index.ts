import { RunError } from "@pulumi/pulumi";
import type { StackConfig } from "../config/index.js";
import { existingPlatform } from "./existing.js";
import type { Platform } from "./platform.js";

export type { Platform, PlatformSecrets } from "./platform.js";

/** Deploys, or finds, the server that the stack's `target` names. */
export function createPlatform(config: StackConfig): Platform {
  switch (config.target) {
    case "local":
    case "existing":
      return existingPlatform(config.url);
    case "docker":
    case "kubernetes":
      throw new RunError(
        `o2cqrs:target ${config.target} is not there yet. Run OpenObserve yourself and use it: ` +
          "pulumi config set o2cqrs:target existing",
      );
  }
}
