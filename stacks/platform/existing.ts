import { output } from "@pulumi/pulumi/output";
import type { Platform } from "./platform.js";

/** A server that runs already: a company's own, a hosted one, or the embedded one of this machine. */
export const existingPlatform = (url: string): Platform => ({ url: output(url), ready: [] });
