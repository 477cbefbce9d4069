/** An embedded stand-in for an OpenObserve server, for one machine and for tests. */

export { type Clock, systemClock } from "./clock.js";
export type { ServerContext } from "./context.js";
export { type RunningServer, type ServerOptions, startServer } from "./start.js";
export { defaultVersion, type ServerVersion } from "./versions.js";
