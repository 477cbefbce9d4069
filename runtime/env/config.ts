import {
  cqrsOpenObserveConfig,
  type CQRSOpenObserveConfig,
  envFallbacks,
  envNames,
  type EnvKey,
  type EnvName,
} from "@o2cqrs/contract";
import { type z } from "zod";
import { EnvironmentError } from "./errors.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's value, by its first name or the name earlier set-ups used; empty counts as absent. */
export function variable(env: Environment, name: EnvName): string | undefined {
  const fallback = envFallbacks[name];
  return present(env[name]) ?? (fallback === undefined ? undefined : present(env[fallback]));
}

/** A value without what surrounds it; empty counts as absent. */
export const present = (value: string | undefined): string | undefined => {
  const trimmed = value?.trim();
  return trimmed === "" ? undefined : trimmed;
};

/** Where each property of the configuration comes from. */
const origins: Readonly<Record<string, EnvKey>> = {
  enable: "enabled",
  baseUrl: "url",
  org: "organization",
  user: "user",
  token: "token",
  "streams.commands": "streamCommands",
  "streams.queries": "streamQueries",
  "streams.events": "streamEvents",
  "streams.metrics": "streamMetrics",
  "streams.traces": "streamTraces",
  "performance.batchSize": "batchSize",
  "performance.flushInterval": "flushInterval",
  "performance.maxRetries": "maxRetries",
  "performance.timeout": "timeout",
  "tracing.enabled": "tracingEnabled",
  "tracing.samplingRate": "samplingRate",
  "alerts.enabled": "alertsEnabled",
  "alerts.evaluationInterval": "evaluationInterval",
};

/** A disabled application needs neither server nor token, yet the configuration always has the same shape. */
const disabledDefaults = { baseUrl: "http://localhost:5080", token: "disabled" };

/**
 * The configuration that an environment describes.
 * @throws EnvironmentError naming every variable that is missing or wrong, never a value
 */
export function configFromEnv(env: Environment = process.env): CQRSOpenObserveConfig {
  const text = (key: EnvKey) => variable(env, envNames[key]);
  const number = (key: EnvKey) => {
    const value = text(key);
    return value === undefined ? undefined : Number(value);
  };
  const enable = flag(text("enabled"));
  const raw = {
    ...(enable === false ? disabledDefaults : {}),
    ...compact({
      enable,
      baseUrl: text("url"),
      org: text("organization"),
      user: text("user"),
      token: text("token"),
    }),
    streams: compact({
      commands: text("streamCommands"),
      queries: text("streamQueries"),
      events: text("streamEvents"),
      metrics: text("streamMetrics"),
      traces: text("streamTraces"),
    }),
    performance: compact({
      batchSize: number("batchSize"),
      flushInterval: number("flushInterval"),
      maxRetries: number("maxRetries"),
      timeout: number("timeout"),
    }),
    tracing: compact({
      enabled: flag(text("tracingEnabled")),
      samplingRate: number("samplingRate"),
    }),
    alerts: compact({
      enabled: flag(text("alertsEnabled")),
      evaluationInterval: number("evaluationInterval"),
    }),
  };
  const parsed = cqrsOpenObserveConfig.safeParse(raw);
  if (!parsed.success) throw new EnvironmentError(parsed.error.issues.map((issue) => explain(issue, raw)));
  return parsed.data;
}

/** Leaves out what is undefined, so that the schema's defaults apply. */
function compact(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Words that people write for yes and no; any other text is left for the schema to refuse. */
function flag(value: string | undefined): boolean | string | undefined {
  if (value === undefined) return undefined;
  if (/^(true|1|yes|on)$/i.test(value)) return true;
  if (/^(false|0|no|off)$/i.test(value)) return false;
  return value;
}

/** One problem in words, by the name of the variable; values may be secret, so none is quoted. */
function explain(issue: z.core.$ZodIssue, raw: unknown): string {
  const origin = origins[issue.path.join(".")];
  if (origin === undefined) return `${issue.path.join(".")}: ${issue.message}`;
  const name = envNames[origin];
  const fallback = envFallbacks[name];
  const names = fallback === undefined ? name : `${name} (or ${fallback})`;
  return isMissing(issue.path, raw) ? `${names} is not set` : `${names}: ${issue.message}`;
}

function isMissing(path: readonly PropertyKey[], raw: unknown): boolean {
  let value: unknown = raw;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value === undefined;
}
