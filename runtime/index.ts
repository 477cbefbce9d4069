/**
 * What every application needs. Parts with dependencies of their own are imported by their own path:
 * `openobserve-cqrs/runtime/telemetry` (OpenTelemetry's SDK), `/nest` (NestJS), `/cache` (query-core).
 */
export * from "./bus/index.js";
export * from "./context/index.js";
export * from "./env/index.js";
export * from "./ingest/index.js";
export * from "./logs/index.js";
