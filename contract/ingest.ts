/** Metrics of the ingest client itself: what became of the records it was given. Counted beside the eleven. */
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
    labels: ["stream", "reason"],
    description: "Deliveries that failed and will be tried again",
  },
  bufferBytes: {
    name: "cqrs_ingest_buffer_bytes",
    unit: "By",
    labels: [],
    description: "Bytes of records that wait for delivery",
  },
} as const;
