import {
  type DashboardId,
  type DashboardPreset,
  dashboardPresets,
  type EnvKey,
  envNames,
  type EnvName,
  resourceAttributes,
  secretEnvNames,
  streamHeader,
  type StreamRole,
  streams,
} from "@o2cqrs/contract";
import type { Output } from "@pulumi/pulumi";
import { interpolate, output, secret, unsecret } from "@pulumi/pulumi/output";
import { endpointOf, type StackConfig } from "./config/index.js";
import type { CqrsObservability } from "./cqrs/index.js";

/** What the application is given in its environment, by variable. */
export type ApplicationEnv = Readonly<Record<EnvName, string>>;

/** Values of OpenTelemetry's variables for lists of pairs are percent-encoded (W3C baggage). */
const pairs = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join(",");

/** The application's whole environment, when its token is known. */
export function applicationEnv(config: StackConfig, token: string): ApplicationEnv {
  const basic = Buffer.from(`${config.serviceAccount}:${token}`).toString("base64");
  const headers = { authorization: `Basic ${basic}` };
  const endpoints = {
    logs: endpointOf(config, "logs"),
    metrics: endpointOf(config, "metrics"),
    traces: endpointOf(config, "traces"),
  };
  const { batchSize, flushInterval, maxRetries, timeout } = config.performance;
  const values: Record<EnvKey, string> = {
    enabled: "true",
    url: config.url,
    organization: config.organization,
    user: config.serviceAccount,
    token,
    streamCommands: streams.commands.name,
    streamQueries: streams.queries.name,
    streamEvents: streams.events.name,
    streamMetrics: streams.metrics.name,
    streamTraces: streams.traces.name,
    otlpLogs: endpoints.logs,
    otlpMetrics: endpoints.metrics,
    otlpTraces: endpoints.traces,
    batchSize: String(batchSize),
    flushInterval: String(flushInterval),
    maxRetries: String(maxRetries),
    timeout: String(timeout),
    tracingEnabled: "true",
    samplingRate: String(config.samplingRate),
    alertsEnabled: String(config.alertsEnabled),
    evaluationInterval: String(config.evaluationIntervalSeconds),
    serviceName: config.serviceName,
    resourceAttributes: pairs({
      ...(config.serviceVersion !== undefined && { [resourceAttributes.version]: config.serviceVersion }),
      [resourceAttributes.env]: config.environment,
      [resourceAttributes.region]: config.region,
    }),
    otelLogsEndpoint: endpoints.logs,
    otelMetricsEndpoint: endpoints.metrics,
    otelTracesEndpoint: endpoints.traces,
    otelProtocol: "http/protobuf",
    otelHeaders: pairs(headers),
    otelTracesHeaders: pairs({ ...headers, [streamHeader]: streams.traces.name }),
    otelSampler: "parentbased_traceidratio",
    otelSamplerArg: String(config.samplingRate),
  };
  return Object.fromEntries(
    Object.entries(envNames).map(([key, name]) => [name, values[key as EnvKey]]),
  ) as Record<EnvName, string>;
}

/** What the stack tells whoever deploys it, and `o2cqrs`. */
export interface StackOutputs {
  /** Variables of the application's environment; credentials are secret one by one. */
  readonly env: Record<EnvName, Output<string>>;
  readonly url: string;
  readonly organization: string;
  readonly environment: string;
  /** Names that the application is told, by role. */
  readonly streams: Record<StreamRole, string>;
  /** Addresses, by dashboard. They open with the last 15 minutes. */
  readonly dashboards: Record<DashboardId, Output<string>>;
  /** The same with a range, by preset. */
  readonly dashboardPresets: Record<DashboardPreset, Record<DashboardId, Output<string>>>;
}

export function stackOutputs(config: StackConfig, cqrs: CqrsObservability): StackOutputs {
  const env = cqrs.account.token.apply((token) => applicationEnv(config, token));
  return {
    env: Object.fromEntries(
      Object.values(envNames).map((name) => {
        const value = env.apply((variables) => variables[name]);
        return [name, secretEnvNames.includes(name) ? secret(value) : unsecret(value)];
      }),
    ) as Record<EnvName, Output<string>>,
    url: config.url,
    organization: config.organization,
    environment: config.environment,
    streams: Object.fromEntries(Object.entries(streams).map(([role, { name }]) => [role, name])) as Record<
      StreamRole,
      string
    >,
    dashboards: { ...cqrs.dashboardUrls },
    dashboardPresets: Object.fromEntries(
      Object.keys(dashboardPresets).map((preset) => [preset, withRange(cqrs.dashboardUrls, preset)]),
    ) as StackOutputs["dashboardPresets"],
  };
}

const withRange = (urls: Readonly<Record<string, Output<string>>>, period: string) =>
  Object.fromEntries(Object.entries(urls).map(([id, url]) => [id, interpolate`${url}&period=${period}`]));

/** A value that is a credential, if there is one. */
export const secretOf = (value: string | undefined): Output<string> | undefined =>
  value === undefined ? undefined : secret(output(value));
