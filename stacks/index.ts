/** The Pulumi program: the stack that its config describes. */
import { getStack, runtime } from "@pulumi/pulumi";
import { readConfig } from "./config/index.js";
import { program } from "./program.js";

/** Exported by Pulumi's runtime, and left out of its declarations. */
const { isConfigSecret } = runtime as unknown as { isConfigSecret: (key: string) => boolean };

const config = readConfig({
  stack: getStack(),
  values: runtime.allConfig(),
  isSecret: isConfigSecret,
});

export = program(config);
