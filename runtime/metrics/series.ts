import { type Attributes, type ObservableResult } from "@opentelemetry/api";

interface Series {
  readonly attributes: Attributes;
  value: number;
}

/**
 * The values of a counter or gauge, by its labels. Adding costs one map look-up: the SDK's own counters sort and
 * hash the attributes at every call, this is read by the SDK once an export.
 */
export class LabelledSeries<Label extends string> {
  readonly #series = new Map<string, Series>();

  constructor(readonly labels: readonly Label[]) {}

  /** @param values one for each label, in the order of the labels */
  add(delta: number, ...values: readonly string[]): void {
    this.#of(values).value += delta;
  }

  set(value: number, ...values: readonly string[]): void {
    this.#of(values).value = value;
  }

  observe(result: ObservableResult): void {
    for (const { value, attributes } of this.#series.values()) result.observe(value, attributes);
  }

  #of(values: readonly string[]): Series {
    const key = values.length === 1 ? (values[0] ?? "") : values.join("\0");
    let series = this.#series.get(key);
    if (series === undefined) {
      const attributes = Object.fromEntries(this.labels.map((label, index) => [label, values[index] ?? ""]));
      this.#series.set(key, (series = { attributes, value: 0 }));
    }
    return series;
  }
}
