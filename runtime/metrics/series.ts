import { type Attributes, type ObservableResult } from "@opentelemetry/api";

interface Series {
  readonly attributes: Attributes;
  value: number;
}

/**
 * The values of a counter or gauge, by its one or two labels. Adding costs a look-up a label: the SDK's own counters
 * sort and hash the attributes at every call, this is read by the SDK once an export.
 */
export class LabelledSeries {
  readonly #series = new Map<string, Map<string, Series>>();

  /** @param labels names of the labels */
  constructor(readonly labels: readonly [string] | readonly [string, string]) {}

  /** Adds to the series of these values of the labels, in their order. */
  add(delta: number, first: string, second = ""): void {
    let seconds = this.#series.get(first);
    if (seconds === undefined) this.#series.set(first, (seconds = new Map<string, Series>()));
    let series = seconds.get(second);
    if (series === undefined)
      seconds.set(second, (series = { attributes: this.#attributes(first, second), value: 0 }));
    series.value += delta;
  }

  observe(result: ObservableResult): void {
    for (const seconds of this.#series.values())
      for (const { value, attributes } of seconds.values()) result.observe(value, attributes);
  }

  #attributes(first: string, second: string): Attributes {
    const [firstLabel, secondLabel] = this.labels;
    return { [firstLabel]: first, ...(secondLabel === undefined ? undefined : { [secondLabel]: second }) };
  }
}
