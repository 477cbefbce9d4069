import { spawn } from "node:child_process";
import { z } from "zod";
import { OperatorError, usageError } from "../../cli/errors.js";
import { type TrafficDriver } from "./driver.js";

const argvSchema = z.tuple([z.string().min(1)], z.string());

/** Text that stands for the percentage in a hook's arguments. */
export const percentPlaceholder = "{percent}";

const timeoutMs = 60_000;
const maxOutput = 4000;

/**
 * Moves traffic by a command of the operator's, as an array of arguments: no shell, so nothing is expanded.
 * `{percent}` in an argument becomes the percentage, which is also in `O2CQRS_CANARY_PERCENT`.
 *
 * @example commandDriver('["./shift-traffic", "--canary", "{percent}"]', process.env)
 * @throws OperatorError when the text is not a JSON array of texts
 */
export function commandDriver(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): TrafficDriver {
  const [file, ...args] = parseArgv(text);
  return {
    title: `command ${file}`,
    read: () => Promise.resolve(undefined),
    set: (percent, signal) =>
      run(
        file,
        args.map((arg) => arg.replaceAll(percentPlaceholder, String(percent))),
        { ...env, O2CQRS_CANARY_PERCENT: String(percent) },
        signal,
      ),
    close: () => Promise.resolve(),
  };
}

function parseArgv(text: string): z.output<typeof argvSchema> {
  try {
    return argvSchema.parse(JSON.parse(text));
  } catch {
    throw usageError(
      "The command hook is not a JSON array of texts",
      `Write it like '["./shift-traffic", "--canary", "${percentPlaceholder}"]'.`,
    );
  }
}

function run(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  // Not spawn's own timeout: its timer outlives a command that could not be started.
  const limit = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env,
      shell: false,
      stdio: ["ignore", "ignore", "pipe"],
      signal: AbortSignal.any([signal, limit]),
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-maxOutput)));
    child.once("error", (error) => {
      // An aborted command is being killed: its end is awaited.
      if (signal.aborted || limit.aborted) return;
      reject(
        new OperatorError(`The traffic command ${file} could not be run: ${error.message}`, {
          cure: "Give its path, and make it executable.",
          cause: error,
        }),
      );
    });
    child.once("close", (code, ending) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      if (code === 0) {
        resolve();
        return;
      }
      const how = limit.aborted
        ? `no answer in ${timeoutMs / 1000} s`
        : ending === null
          ? `exit code ${code}`
          : `signal ${ending}`;
      reject(
        new OperatorError(`The traffic command ${file} ended with ${how}: ${said.trim()}`, {
          cure: "Mend it; the gate continues where it is when it is started again.",
        }),
      );
    });
  });
}
