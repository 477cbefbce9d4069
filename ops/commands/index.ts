import { type Verb } from "../cli/session.js";
import { destroy, preview, refresh, up } from "./deploy.js";
import { env } from "./env.js";
import { outputs } from "./outputs.js";
import { verify } from "./verify.js";

/** Every verb of `o2cqrs`, in the order of its help. */
export const verbs: readonly Verb[] = [up, preview, refresh, destroy, outputs, env, verify];
