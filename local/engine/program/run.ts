import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { type StackConfig } from "../project/config.js";
import { type Project } from "../project/project.js";
import { locateInSdk } from "./locate.js";
import { endsWithEngine, withoutColors } from "./preload.js";

export interface ProgramOptions {
  readonly project: Project;
  readonly stack: string;
  readonly organization: string;
  readonly config: StackConfig;
  readonly dryRun: boolean;
  readonly parallel: number;
  readonly monitorAddress: string;
  readonly engineAddress: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called for every line the program prints. */
  readonly onOutput: (line: string) => void;
}

/** How the program ended. */
export type ProgramExit =
  | { readonly kind: "success" }
  /** It failed and has already told why. */
  | { readonly kind: "reported" }
  | { readonly kind: "failed"; readonly message: string };

export interface RunningProgram {
  readonly exit: Promise<ProgramExit>;
  /** Asks it to end, and makes it after five seconds. */
  stop(): void;
}

/** Exit code of `cmd/run` for a failure that the program has already logged. */
const reportedExitCode = 32;
const stopGraceMs = 5_000;

/** Runs the program through `@pulumi/pulumi/cmd/run`, with the arguments and environment of Pulumi's language host. */
export function runProgram(options: ProgramOptions): RunningProgram {
  const { project } = options;
  const child = spawn(
    process.execPath,
    [withoutColors, endsWithEngine, ...nodeArguments(project.runtime.nodeargs), ...runArguments(options)],
    {
      cwd: project.programDirectory,
      env: { ...options.env, ...programEnv(options) },
      stdio: ["pipe", "pipe", "pipe"],
      // A terminal sends Ctrl-C to the whole group; only the engine decides when the program ends.
      detached: true,
    },
  );
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", options.onOutput);
  let kill: NodeJS.Timeout | undefined;
  const exit = new Promise<ProgramExit>((resolve) => {
    child.once("error", (error) =>
      resolve({ kind: "failed", message: `the program cannot be run: ${error.message}` }),
    );
    child.once("close", (code, signal) => {
      clearTimeout(kill);
      resolve(exitOf(code, signal));
    });
  });
  return {
    exit,
    stop: () => {
      child.kill("SIGINT");
      kill ??= setTimeout(() => child.kill("SIGKILL"), stopGraceMs);
    },
  };
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): ProgramExit {
  if (code === 0) return { kind: "success" };
  if (code === reportedExitCode) return { kind: "reported" };
  return {
    kind: "failed",
    message: signal ? `program was ended by ${signal}` : `program exited with non-zero exit code: ${code}`,
  };
}

function runArguments(options: ProgramOptions): string[] {
  const { project, stack, organization, monitorAddress, engineAddress, parallel, dryRun } = options;
  return [
    locateInSdk(project.programDirectory, "cmd/run/index.js"),
    ...["--monitor", monitorAddress, "--engine", engineAddress],
    ...["--organization", organization, "--project", project.name],
    ...["--root-directory", project.rootDirectory, "--stack", stack, "--pwd", project.programDirectory],
    ...(dryRun ? ["--dry-run"] : []),
    ...["--parallel", String(parallel), project.entryPoint],
  ];
}

function programEnv({ project, config }: ProgramOptions): Record<string, string> {
  return {
    PULUMI_CONFIG: JSON.stringify(configForSdk(config)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(config.secretKeys),
    ...(project.runtime.typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(project.runtime.tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: project.runtime.tsconfig }),
  };
}

/** The language host writes keys as `<namespace>:config:<name>`, for the oldest SDKs. */
function configForSdk(config: StackConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config.values).map(([key, value]) => [key.replace(":", ":config:"), value]),
  );
}

/** Splits arguments as a shell does, as far as quotes go. */
export function nodeArguments(text = ""): string[] {
  return (text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []).map((word) =>
    word.replace(
      /"([^"]*)"|'([^']*)'/g,
      (_whole, double: string | undefined, single: string | undefined) => double ?? single ?? "",
    ),
  );
}
