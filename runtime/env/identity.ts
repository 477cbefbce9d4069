import { commonFields, envNames, resourceAttributes } from "@o2cqrs/contract";
import { hostname } from "node:os";
import { type Environment, variable } from "./config.js";
import { EnvironmentError } from "./errors.js";

/** Which process writes the telemetry; the same facts stand in every log record and in the OTel resource. */
export interface ServiceIdentity {
  readonly service: string;
  readonly version: string;
  readonly env: string;
  readonly region: string;
  readonly source: "apiserver" | "worker";
  readonly instance: string;
}

/**
 * The identity that `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` describe.
 * @throws EnvironmentError if the source is neither `apiserver` nor `worker`
 */
export function identityFromEnv(env: Environment = process.env): ServiceIdentity {
  const attributes = parseResourceAttributes(variable(env, envNames.resourceAttributes) ?? "");
  const source = commonFields.source.safeParse(attributes[resourceAttributes.source] ?? "apiserver");
  if (!source.success)
    throw new EnvironmentError([
      `${envNames.resourceAttributes}: ${resourceAttributes.source} must be apiserver or worker`,
    ]);
  return {
    service:
      variable(env, envNames.serviceName) ?? attributes[resourceAttributes.service] ?? "unknown_service",
    version: attributes[resourceAttributes.version] ?? "0.0.0",
    env: attributes[resourceAttributes.env] ?? "dev",
    region: attributes[resourceAttributes.region] ?? "local",
    source: source.data,
    instance: attributes[resourceAttributes.instance] ?? `${hostname()}-${process.pid}`,
  };
}

/** `a=1,b=2` with percent-encoded values, as OpenTelemetry defines it. */
function parseResourceAttributes(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").flatMap((pair) => {
    const equals = pair.indexOf("=");
    return equals < 1 ? [] : [[pair.slice(0, equals).trim(), decode(pair.slice(equals + 1).trim())] as const];
  });
  return Object.fromEntries(pairs);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // A stray percent sign is meant as itself.
  }
}
