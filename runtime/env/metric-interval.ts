import { z } from "zod";
import { type Environment, present } from "./config.js";
import { EnvironmentError } from "./errors.js";

const name = "OTEL_METRIC_EXPORT_INTERVAL";

/** Shorter ones would export without a pause, longer ones than a day are seconds or minutes taken for milliseconds. */
const intervalSchema = z.coerce.number().int().min(100).max(86_400_000);

/**
 * Milliseconds between exports of metrics, by the name that OpenTelemetry's specification gives it; undefined when the
 * environment does not say.
 * @throws EnvironmentError unless it is a whole number from 100 to 86 400 000
 */
export function metricIntervalFromEnv(env: Environment = process.env): number | undefined {
  const value = present(env[name]);
  if (value === undefined) return undefined;
  const parsed = intervalSchema.safeParse(value);
  if (!parsed.success)
    throw new EnvironmentError([`${name}: must be a whole number of milliseconds from 100 to 86400000`]);
  return parsed.data;
}
