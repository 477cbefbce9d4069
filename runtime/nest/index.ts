export { CqrsLogger } from "./logger.js";
export { CqrsTelemetryModule, type CqrsTelemetryOptions, TELEMETRY } from "./module.js";
export { type RegistrationRules } from "./registry.js";
