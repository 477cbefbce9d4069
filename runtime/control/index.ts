export { isAuthorized } from "./authorization.js";
export { controlOptionsFromEnv, ControlSettingsError } from "./options.js";
export { type ClearableQueue, type ControlledParts } from "./parts.js";
export { type ControlServer, type ControlServerOptions, startControlServer } from "./server.js";
