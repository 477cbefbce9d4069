import { type StreamDefinition, type StreamRole, streams } from "@o2cqrs/contract";
import { Stream } from "@o2cqrs/providers";
import type { ComponentResourceOptions } from "@pulumi/pulumi";
import { Part } from "./component.js";

export interface StreamsArgs {
  /** Days that records are kept, where it is not what the contract says. */
  readonly retentionDays: Readonly<Partial<Record<StreamRole, number | undefined>>>;
  /** Metric streams that must exist before the application's first metric, with the labels that are read. */
  readonly metricStreams: Readonly<Record<string, readonly string[]>>;
}

/** The streams of the contract, and the metric streams that alerts cannot be made without. */
export class Streams extends Part {
  /** The streams of the contract. */
  readonly byRole: Readonly<Record<StreamRole, Stream>>;
  /** Everything in this part by stored name, for what must come after it. */
  readonly byStoredName: ReadonlyMap<string, Stream>;

  constructor(name: string, args: StreamsArgs, options?: ComponentResourceOptions) {
    super("Streams", name, options);
    const ofContract = Object.entries(streams).map(([role, definition]) => {
      const retentionDays = args.retentionDays[role as StreamRole] ?? definition.retentionDays;
      const stream = this.#contractStream(definition, retentionDays);
      return { role, storedName: definition.storedName, stream };
    });
    const metricRetention = args.retentionDays.metrics ?? streams.metrics.retentionDays;
    const ofMetrics = Object.entries(args.metricStreams).map(([metric, labels]) => ({
      storedName: metric,
      stream: this.#metricStream(metric, labels, metricRetention),
    }));
    this.byStoredName = new Map(
      [...ofContract, ...ofMetrics].map(({ storedName, stream }) => [storedName, stream]),
    );
    this.byRole = Object.fromEntries(ofContract.map(({ role, stream }) => [role, stream])) as Record<
      StreamRole,
      Stream
    >;
    this.registerOutputs({});
  }

  #contractStream(definition: StreamDefinition, retentionDays: number): Stream {
    return new Stream(
      definition.name,
      {
        name: definition.name,
        type: definition.type,
        fields: definition.fields.map(({ columnName, column }) => ({ name: columnName, type: column })),
        fullTextSearch: [...definition.fullTextSearch],
        index: [...definition.index],
        partitionKeys: definition.partitionKeys.map((field) => ({ field })),
        retentionDays,
        // A copy of the record as it came would hold what the pipeline masks.
        storeOriginalData: false,
        indexOriginalData: false,
      },
      this.own,
    );
  }

  #metricStream(metric: string, labels: readonly string[], retentionDays: number): Stream {
    const fields = [
      { name: "value", type: "Float64" as const },
      ...labels.map((name) => ({ name, type: "Utf8" as const })),
    ];
    return new Stream(metric, { name: metric, type: "metrics", fields, retentionDays }, this.own);
  }
}
