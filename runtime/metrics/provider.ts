import { metrics } from "@o2cqrs/contract";
import { type Resource } from "@opentelemetry/resources";
import {
  AggregationType,
  createAllowListAttributesProcessor,
  type IMetricReader,
  MeterProvider,
  type ViewOptions,
} from "@opentelemetry/sdk-metrics";

/** Views that hold the eleven metrics to the contract: its labels and no others, its bucket bounds. */
export const contractViews: readonly ViewOptions[] = Object.values(metrics).map((metric) => ({
  instrumentName: metric.name,
  attributesProcessors: [createAllowListAttributesProcessor([...metric.labels])],
  ...("buckets" in metric
    ? {
        aggregation: {
          type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
          options: { boundaries: [...metric.buckets] },
        },
      }
    : {}),
}));

/** A meter provider that measures by the contract. */
export function createMeterProvider(resource: Resource, readers: IMetricReader[]): MeterProvider {
  return new MeterProvider({ resource, readers, views: [...contractViews] });
}
