/**
 * The environment as constants, for scripts in plain CommonJS:
 *
 *     const { OPENOBSERVE_URL, OPENOBSERVE_TOKEN } = require("openobserve-cqrs/scripts/openobserve/env-adapter");
 *
 * Values come from `process.env` at the moment they are read, by first name or fallback, with trailing slashes
 * stripped and defaults filled in. Reading throws `EnvironmentError` naming the variables that are missing.
 */
import { envNames } from "@o2cqrs/contract";
import { configFromEnv } from "../../env/config.js";
import { otlpEndpointFromEnv } from "../../env/endpoints.js";

const readers = {
  [envNames.enabled]: () => configFromEnv().enable,
  [envNames.url]: () => configFromEnv().baseUrl,
  [envNames.organization]: () => configFromEnv().org,
  [envNames.user]: () => configFromEnv().user,
  [envNames.token]: () => configFromEnv().token,
  [envNames.streamCommands]: () => configFromEnv().streams.commands,
  [envNames.streamQueries]: () => configFromEnv().streams.queries,
  [envNames.streamEvents]: () => configFromEnv().streams.events,
  [envNames.streamMetrics]: () => configFromEnv().streams.metrics,
  [envNames.streamTraces]: () => configFromEnv().streams.traces,
  [envNames.otlpLogs]: () => otlpEndpointFromEnv(configFromEnv(), "logs"),
  [envNames.otlpMetrics]: () => otlpEndpointFromEnv(configFromEnv(), "metrics"),
  [envNames.otlpTraces]: () => otlpEndpointFromEnv(configFromEnv(), "traces"),
} as const;

type Readers = typeof readers;

type EnvironmentConstants = { readonly [Name in keyof Readers]: ReturnType<Readers[Name]> };

const constants = Object.defineProperties(
  {},
  Object.fromEntries(Object.entries(readers).map(([name, get]) => [name, { get, enumerable: true }])),
) as EnvironmentConstants;

export = constants;
