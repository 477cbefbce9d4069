export { configFromEnv, type Environment, variable } from "./config.js";
export { authorization, type Credentials, type CredentialsSource } from "./credentials.js";
export { otlpEndpointFromEnv } from "./endpoints.js";
export { EnvironmentError } from "./errors.js";
export { identityFromEnv, type ServiceIdentity } from "./identity.js";
export { metricIntervalFromEnv } from "./metric-interval.js";
