import { ingestMetrics } from "@o2cqrs/contract";
import { type Meter } from "@opentelemetry/api";
import { type IngestClient } from "../ingest/client.js";
import { type ExportFailed } from "./exporters.js";

const { records, failures, exportFailures, bufferBytes } = ingestMetrics;

/** Counts what the exporters lost. */
export function countExportFailures(meter: Meter): ExportFailed {
  const counter = meter.createCounter(exportFailures.name, describe(exportFailures));
  return (signal, items) => counter.add(items, { signal });
}

/** Makes the ingest client's own state visible beside what it carries. */
export function observeIngest(meter: Meter, client: IngestClient): void {
  meter.createObservableCounter(records.name, describe(records)).addCallback((result) => {
    for (const [stream, stats] of Object.entries(client.stats))
      for (const outcome of ["accepted", "delivered", "dropped", "deadLettered"] as const)
        result.observe(stats[outcome], { stream, outcome });
  });
  meter.createObservableCounter(failures.name, describe(failures)).addCallback((result) => {
    for (const [stream, stats] of Object.entries(client.stats)) result.observe(stats.failures, { stream });
  });
  meter
    .createObservableGauge(bufferBytes.name, describe(bufferBytes))
    .addCallback((result) => result.observe(client.bufferedBytes));
}

const describe = ({ unit, description }: { readonly unit: string; readonly description: string }) => ({
  unit,
  description,
});
