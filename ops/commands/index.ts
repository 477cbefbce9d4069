import { type Verb } from "../cli/session.js";
import { alerts } from "./alerts.js";
import { backup } from "./backup.js";
import { certificate } from "./certificate.js";
import { dashboards } from "./dashboards.js";
import { compose } from "./compose.js";
import { destroy, refresh, up } from "./deploy.js";
import { doctor } from "./doctor.js";
import { drift } from "./drift.js";
import { env } from "./env.js";
import { gate } from "./gate.js";
import { importVerb } from "./import.js";
import { metadata } from "./metadata.js";
import { outputs } from "./outputs.js";
import { preview } from "./preview.js";
import { restore } from "./restore.js";
import { token } from "./token.js";
import { rollback } from "./rollback.js";
import { verify } from "./verify.js";

/** Every verb of `o2cqrs`, in the order of its help. */
export const verbs: readonly Verb[] = [
  up,
  preview,
  refresh,
  destroy,
  outputs,
  env,
  verify,
  drift,
  alerts,
  dashboards,
  gate,
  rollback,
  importVerb,
  backup,
  restore,
  metadata,
  token,
  doctor,
  certificate,
  compose,
];
