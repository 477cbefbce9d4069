export { type ShutdownReport, startTelemetry, type Telemetry, type TelemetryOptions } from "./telemetry.js";
