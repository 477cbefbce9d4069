import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One exchange between the real engine and the dynamic provider. */
export interface RecordedCall {
  readonly method: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** The calls that the real engine made to the provider in a step, in order. */
export function recordedCalls(folder: string, step: string): RecordedCall[] {
  return readFileSync(join(folder, "steps", `${step}.grpc.jsonl`), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { method: string; progress: string; request: RecordedCall["request"] })
    .filter(
      ({ method, progress }) =>
        method.startsWith("/pulumirpc.ResourceProvider/") && progress === "request_started",
    )
    .map(({ method, request }) => ({ method: method.split("/").at(-1) ?? "", request }));
}

/** The resources after a step, as the real engine stored them. */
export function recordedState(folder: string, step: string): Record<string, unknown>[] {
  const { checkpoint } = JSON.parse(readFileSync(join(folder, "steps", `${step}.state.json`), "utf8")) as {
    checkpoint: { latest: { resources?: Record<string, unknown>[] } };
  };
  return checkpoint.latest.resources ?? [];
}

/** The exit code of a step. */
export function recordedExitCode(folder: string, step: string): number {
  const text = readFileSync(join(folder, "steps", "exit-codes.txt"), "utf8");
  return Number(new RegExp(`^${step} rc=(\\d+)$`, "m").exec(text)?.[1]);
}
