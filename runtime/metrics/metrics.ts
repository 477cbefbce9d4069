import { type BusKind, type MetricDefinition, metrics } from "@o2cqrs/contract";
import { type Attributes, type Histogram, type Meter } from "@opentelemetry/api";
import { HitRatio } from "./hit-ratio.js";
import { LabelledSeries } from "./series.js";

/** The eleven metrics of the contract, as calls named after what happened. */
export class CqrsMetrics {
  readonly #commandTotal = new LabelledSeries(metrics.commandTotal.labels);
  readonly #commandRetries = new LabelledSeries(metrics.commandRetryTotal.labels);
  readonly #queryTotal = new LabelledSeries(metrics.queryTotal.labels);
  readonly #published = new LabelledSeries(metrics.eventPublishedTotal.labels);
  readonly #handled = new LabelledSeries(metrics.eventHandleTotal.labels);
  readonly #deadLettered = new LabelledSeries(metrics.eventDlqTotal.labels);
  readonly #inFlight = new LabelledSeries(metrics.inflightOperations.labels);
  readonly #refreshes = new LabelledSeries(metrics.backgroundRefreshActive.labels);
  readonly #hitRatio = new HitRatio();
  readonly #commandDuration: DurationHistogram;
  readonly #queryDuration: DurationHistogram;

  constructor(meter: Meter) {
    this.#commandDuration = new DurationHistogram(meter, metrics.commandDuration);
    this.#queryDuration = new DurationHistogram(meter, metrics.queryDuration);
    observe(meter, metrics.commandTotal, this.#commandTotal);
    observe(meter, metrics.commandRetryTotal, this.#commandRetries);
    observe(meter, metrics.queryTotal, this.#queryTotal);
    observe(meter, metrics.eventPublishedTotal, this.#published);
    observe(meter, metrics.eventHandleTotal, this.#handled);
    observe(meter, metrics.eventDlqTotal, this.#deadLettered);
    observe(meter, metrics.inflightOperations, this.#inFlight);
    observe(meter, metrics.backgroundRefreshActive, this.#refreshes);
    const { name, unit, description } = metrics.queryCacheHitRatio;
    meter.createObservableGauge(name, { unit, description }).addCallback((result) => {
      for (const { type, ratio } of this.#hitRatio.ratios()) result.observe(ratio, { type });
    });
  }

  started(kind: BusKind): void {
    this.#inFlight.add(1, kind);
  }

  ended(kind: BusKind): void {
    this.#inFlight.add(-1, kind);
  }

  commandEnded(type: string, handler: string, status: "success" | "error", durationMs: number): void {
    this.#commandTotal.add(1, type, status);
    this.#commandDuration.record(type, handler, durationMs);
  }

  commandRetried(type: string): void {
    this.#commandRetries.add(1, type);
  }

  queryEnded(type: string, handler: string, cacheHit: boolean, durationMs: number): void {
    this.#queryTotal.add(1, type, String(cacheHit));
    this.#hitRatio.add(type, cacheHit);
    this.#queryDuration.record(type, handler, durationMs);
  }

  eventPublished(type: string): void {
    this.#published.add(1, type);
    // A rate over a counter that begins with its first error sees no rise: let it begin at zero.
    this.#deadLettered.add(0, type);
  }

  eventHandled(type: string, status: "handled" | "error"): void {
    this.#handled.add(1, type, status);
  }

  eventDeadLettered(type: string): void {
    this.#deadLettered.add(1, type);
  }

  /** @param delta 1 when a background refresh is scheduled, -1 when it is cleared */
  refreshesChanged(type: string, delta: 1 | -1): void {
    this.#refreshes.add(delta, type);
  }
}

function observe(meter: Meter, definition: MetricDefinition, series: LabelledSeries): void {
  const { name, unit, description, kind } = definition;
  const create = {
    counter: () => meter.createObservableCounter(name, { unit, description }),
    upDownCounter: () => meter.createObservableUpDownCounter(name, { unit, description }),
    gauge: () => meter.createObservableGauge(name, { unit, description }),
    histogram: () => {
      throw new TypeError(`${name} is a histogram and cannot be observed`);
    },
  }[kind];
  create().addCallback((result) => series.observe(result));
}

/** A histogram whose attribute objects are made once for each pair of labels. */
class DurationHistogram {
  readonly #histogram: Histogram;
  readonly #attributes = new Map<string, Map<string, Attributes>>();

  constructor(meter: Meter, { name, unit, description }: MetricDefinition) {
    this.#histogram = meter.createHistogram(name, { unit, description });
  }

  record(type: string, handler: string, durationMs: number): void {
    let handlers = this.#attributes.get(type);
    if (handlers === undefined) this.#attributes.set(type, (handlers = new Map<string, Attributes>()));
    let attributes = handlers.get(handler);
    if (attributes === undefined) handlers.set(handler, (attributes = { type, handler }));
    this.#histogram.record(durationMs, attributes);
  }
}
