/** Metrics of the telemetry itself: what became of the records, spans and points. Counted beside the eleven. */
export const ingestMetrics = {
  records: {
    name: "cqrs_ingest_records_total",
    unit: "1",
    labels: ["stream", "outcome"],
    description: "Records of the ingest client, by what became of them",
  },
  failures: {
    name: "cqrs_ingest_failures_total",
    unit: "1",
    labels: ["stream"],
    description: "Deliveries that failed and will be tried again",
  },
  exportFailures: {
    name: "cqrs_export_failures_total",
    unit: "1",
    labels: ["signal"],
    description: "Spans and metric exports that were lost because the server did not take them",
  },
  bufferBytes: {
    name: "cqrs_ingest_buffer_bytes",
    unit: "By",
    labels: [],
    description: "Bytes of records that wait for delivery",
  },
} as const;
