import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { messageOf, OperatorError } from "../cli/errors.js";
import { localFolder } from "./server-record.js";

/** Enough for every check's sample, and little enough for a small machine. */
const customersPerSecond = 12;

/** A rate needs two exports of its counter, and the service runs for a few seconds. */
const metricIntervalMs = 2_000;

/** The last line that the orders service prints. */
const summarySchema = z.object({
  operations: z.object({ commands: z.number(), queries: z.number(), failed: z.number() }),
  records: z.record(z.string(), z.number()),
  dropped: z.number(),
  undeliveredBytes: z.number(),
  spans: z.number(),
});

/** What the orders service did and sent. */
export type OrdersSummary = z.output<typeof summarySchema>;

export interface OrdersOptions {
  readonly projectRoot: string;
  /** The application's environment, from the stack's outputs. */
  readonly appEnv: Readonly<Record<string, string>>;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/**
 * Runs the orders service under load, so that real telemetry flows.
 * @throws OperatorError when it fails, with what it said
 */
export async function runOrders({
  projectRoot,
  appEnv,
  seconds,
  signal,
}: OrdersOptions): Promise<OrdersSummary> {
  const manifest = createRequire(__filename).resolve("@o2cqrs/example-orders/package.json");
  const main = join(dirname(manifest), "dist", "main.js");
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [main, "--seconds", String(seconds), "--rate", String(customersPerSecond)],
      {
        env: {
          ...process.env,
          ...appEnv,
          OTEL_METRIC_EXPORT_INTERVAL: String(metricIntervalMs),
          ORDERS_BUFFER_DIR: join(localFolder(projectRoot), "orders-buffer"),
        },
        signal,
        timeout: (seconds + 90) * 1000,
        maxBuffer: 16 * 1024 * 1024,
      },
    );
    return summarySchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
  } catch (error) {
    throw new OperatorError(`The orders service failed: ${reasonOf(error)}`, { cause: error });
  }
}

/** What it printed as its error, rather than the command line that ran it. */
function reasonOf(error: unknown): string {
  const stderr = (error as { stderr?: unknown }).stderr;
  return typeof stderr === "string" && stderr.trim() !== "" ? stderr.trim() : messageOf(error);
}
