import { type EnvFormat } from "./variable.js";
import { compose } from "./formats/compose.js";
import { dotenv } from "./formats/dotenv.js";
import { github } from "./formats/github.js";
import { json } from "./formats/json.js";
import { kubernetesSecret } from "./formats/kubernetes-secret.js";
import { powershell } from "./formats/powershell.js";
import { shell } from "./formats/shell.js";

/** The forms in which the application's environment can be written. */
export const envFormats = {
  dotenv,
  powershell,
  shell,
  json,
  "k8s-secret": kubernetesSecret,
  compose,
  github,
} as const satisfies Record<string, EnvFormat>;

export type EnvFormatName = keyof typeof envFormats;

export const envFormatNames = Object.keys(envFormats) as EnvFormatName[];
