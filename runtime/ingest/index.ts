export { type CloseReport, IngestClient, ingestOptionsOf, type RecordSink } from "./client.js";
export { type DropReason, type IngestEvents } from "./events.js";
export { type IngestOptions, type IngestTuning } from "./options.js";
export { type StreamStats } from "./stats.js";
