import { formatValue, type InstantResult, type Labels } from "../promql/index.js";

/** A result as the API shows it: times in whole seconds, numbers as text, labels by name. */
export function formatted(result: InstantResult, time: number): { resultType: string; result: unknown } {
  const seconds = (millis: number) => Math.floor(millis / 1000);
  switch (result.type) {
    case "scalar":
      return { resultType: "scalar", result: [seconds(time), numberText(result.value)] };
    case "string":
      return { resultType: "string", result: [seconds(time), result.value] };
    case "vector":
      return {
        resultType: "vector",
        result: result.value.map(({ labels, value }) => ({
          metric: sorted(labels),
          value: [seconds(time), numberText(value)],
        })),
      };
    case "matrix":
      return {
        resultType: "matrix",
        result: result.value.map(({ labels, points }) => ({
          metric: sorted(labels),
          values: points.map(([at, value]) => [seconds(at), numberText(value)]),
        })),
      };
  }
}

/** Infinity is written `inf`, as the server writes it. */
const numberText = (value: number): string =>
  Number.isFinite(value) || Number.isNaN(value) ? formatValue(value) : value > 0 ? "inf" : "-inf";

const sorted = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
