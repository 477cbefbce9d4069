/** OpenObserve's REST API, typed. Free of Pulumi, so that commands can use it too. */
export * from "./alert-destinations.js";
export * from "./alert-templates.js";
export * from "./alerts.js";
export * from "./capabilities.js";
export * from "./connection.js";
export * from "./dashboards.js";
export * from "./errors.js";
export * from "./folders.js";
export * from "./functions.js";
export { CertificateError } from "./network.js";
export * from "./openobserve.js";
export * from "./pipelines.js";
export * from "./service-accounts.js";
export * from "./streams.js";
export * from "./telemetry.js";
export type { TransportOptions } from "./transport.js";
export { eventually, type WaitOptions } from "./wait.js";
