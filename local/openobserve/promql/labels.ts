/** Labels of a series. `__name__` is the metric's name; an empty value is the same as no label. */
export type Labels = Readonly<Record<string, string>>;

export const metricName = "__name__";

const keys = new WeakMap<Labels, string>();

/** The same text for the same labels, whatever their order. */
export function keyOf(labels: Labels): string {
  let key = keys.get(labels);
  if (key === undefined) {
    key = Object.keys(labels)
      .sort()
      .map((name) => `${name}\u0000${labels[name] ?? ""}`)
      .join("\u0001");
    keys.set(labels, key);
  }
  return key;
}

const unnamed = new WeakMap<Labels, Labels>();

export function withoutName(labels: Labels): Labels {
  let result = unnamed.get(labels);
  if (result === undefined) {
    result = without(labels, [metricName]);
    unnamed.set(labels, result);
  }
  return result;
}

export function without(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !names.includes(name)));
}

export function only(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
}

/** Sets a label; an empty value removes it. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  const rest = without(labels, [name]);
  return value === "" ? rest : { ...rest, [name]: value };
}
