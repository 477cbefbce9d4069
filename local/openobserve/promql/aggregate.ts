import { type Aggregation } from "./ast.js";
import { PromqlError } from "./error.js";
import { keyOf, type Labels, metricName, only, withLabel, without } from "./labels.js";
import { compareNumbers, maximum, mean, minimum, quantile, sum, variance } from "./statistics.js";
import { type Element, formatValue, type Vector } from "./value.js";

interface Group {
  readonly labels: Labels;
  readonly elements: Element[];
}

const reducers: Readonly<Partial<Record<string, (values: readonly number[]) => number>>> = {
  sum,
  avg: mean,
  min: minimum,
  max: maximum,
  count: (values) => values.length,
  group: () => 1,
  stddev: (values) => Math.sqrt(variance(values)),
  stdvar: variance,
};

/** @param parameter number for topk, bottomk and quantile, text for count_values */
export function aggregate(
  { operator, without: isWithout, labels: names }: Aggregation,
  parameter: number | string | undefined,
  vector: Vector,
): Vector {
  const groups = groupBy(vector, (labels) =>
    isWithout ? without(labels, [...names, metricName]) : only(labels, names),
  );
  const reduce = reducers[operator];
  if (reduce) {
    return groups.map(({ labels, elements }) => ({
      labels,
      value: reduce(elements.map(({ value }) => value)),
    }));
  }
  switch (operator) {
    case "quantile":
      return groups.map(({ labels, elements }) => ({
        labels,
        value: quantile(
          Number(parameter),
          elements.map(({ value }) => value),
        ),
      }));
    case "topk":
    case "bottomk":
      return groups.flatMap(({ elements }) => extremes(elements, Number(parameter), operator === "topk"));
    default:
      return countValues(groups, String(parameter));
  }
}

function groupBy(vector: Vector, labelsOf: (labels: Labels) => Labels): Group[] {
  const groups = new Map<string, Group>();
  for (const element of vector) {
    const labels = labelsOf(element.labels);
    const key = keyOf(labels);
    const group = groups.get(key) ?? { labels, elements: [] };
    groups.set(key, group);
    group.elements.push(element);
  }
  return [...groups.values()];
}

/** NaN comes last, whichever end is asked for. */
function extremes(elements: readonly Element[], count: number, largest: boolean): Element[] {
  if (Number.isNaN(count)) throw new PromqlError("Scalar value NaN overflows int64");
  const sorted = [...elements].sort((a, b) => {
    if (Number.isNaN(a.value) || Number.isNaN(b.value))
      return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
    return largest ? compareNumbers(b.value, a.value) : compareNumbers(a.value, b.value);
  });
  return sorted.slice(0, Math.max(0, Math.trunc(count)));
}

function countValues(groups: readonly Group[], label: string): Element[] {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label))
    throw new PromqlError(`invalid label name ${JSON.stringify(label)}`);
  return groups.flatMap(({ labels, elements }) => {
    const counts = new Map<string, number>();
    for (const { value } of elements)
      counts.set(formatValue(value), (counts.get(formatValue(value)) ?? 0) + 1);
    return [...counts].map(([text, value]) => ({ labels: withLabel(labels, label, text), value }));
  });
}
