export * from "./env/index.js";
export * from "./ingest/index.js";
