import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { OperatorError, usageError } from "../../cli/errors.js";
import { type TrafficDriver } from "./driver.js";

const argvSchema = z.tuple([z.string().min(1)], z.string());

/** Text that stands for the percentage in a hook's arguments. */
export const percentPlaceholder = "{percent}";

const timeoutMs = 60_000;
const maxOutput = 4000;
const lastWordsMs = 1000;

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

/** How long a command may take to end once it is told to, before it is killed. */
const graceMs = 5000;

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

async function run(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(file, args, { env, shell: false, stdio: ["ignore", "ignore", "pipe"] });
  const said = lastWords(child.stderr);
  const stop = () => {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), graceMs).unref();
  };
  const limit = AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any([signal, limit]);
  ended.addEventListener("abort", stop, { once: true });
  try {
    const { code, signal: ending } = await endOf(child, file);
    signal.throwIfAborted();
    if (code === 0 && !limit.aborted) return;
    const how = limit.aborted
      ? `no answer in ${timeoutMs / 1000} s`
      : ending === null
        ? `exit code ${code}`
        : `signal ${ending}`;
    throw new OperatorError(`The traffic command ${file} ended with ${how}: ${(await said()).trim()}`, {
      cure: "Mend it; the gate continues where it is when it is started again.",
    });
  } finally {
    ended.removeEventListener("abort", stop);
    // It would keep this process alive as long as whoever else holds it.
    child.stderr.destroy();
  }
}

/** Its exit, not the end of its output: what it left running in the background may hold that open for ever. */
function endOf(child: ChildProcess, file: string): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code, signal) => {
      resolve({ code, signal });
    });
    child.once("error", (error) => {
      reject(
        new OperatorError(`The traffic command ${file} could not be run: ${error.message}`, {
          cure: "Give its path, and make it executable.",
          cause: error,
        }),
      );
    });
  });
}

/** Collects the end of what is said; asked for it, waits a moment for what is still under way. */
function lastWords(output: Readable): () => Promise<string> {
  let said = "";
  output.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-maxOutput)));
  return async () => {
    if (!output.readableEnded)
      await Promise.race([once(output, "end"), wait(lastWordsMs, undefined, { ref: false })]);
    return said;
  };
}
