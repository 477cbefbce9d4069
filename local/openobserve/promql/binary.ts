import { type Binary, type Matching } from "./ast.js";
import { PromqlError } from "./error.js";
import { keyOf, type Labels, metricName, only, withLabel, without, withoutName } from "./labels.js";
import { type Element, type Vector } from "./value.js";

const arithmetic: Readonly<Partial<Record<string, (a: number, b: number) => number>>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": power,
  atan2: Math.atan2,
};

/** As C and Go have it: 1 to any power is 1, also to NaN and infinity. */
function power(base: number, exponent: number): number {
  if (base === 1) return 1;
  return base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent) ? 1 : base ** exponent;
}

const comparisons: Readonly<Partial<Record<string, (a: number, b: number) => boolean>>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
};

/** The result for two numbers; undefined where a comparison filters the element out. */
function apply(
  operator: string,
  left: number,
  right: number,
  bool: boolean,
  kept: number,
): number | undefined {
  const compute = arithmetic[operator];
  if (compute) return compute(left, right);
  const holds = comparisons[operator]?.(left, right) ?? false;
  if (bool) return holds ? 1 : 0;
  return holds ? kept : undefined;
}

export function scalarBinary(operator: string, left: number, right: number): number {
  return apply(operator, left, right, true, left) ?? NaN;
}

const dropsName = (operator: string, bool: boolean) => bool || arithmetic[operator] !== undefined;

/** A vector and a number, in either order; comparisons keep the vector's value. */
export function vectorScalar(
  { operator, bool }: Binary,
  vector: Vector,
  scalar: number,
  scalarFirst: boolean,
): Vector {
  return vector.flatMap(({ labels, value }) => {
    const [left, right] = scalarFirst ? [scalar, value] : [value, scalar];
    const result = apply(operator, left, right, bool, value);
    if (result === undefined) return [];
    return [{ labels: dropsName(operator, bool) ? withoutName(labels) : labels, value: result }];
  });
}

const everything: Matching = { on: false, labels: [], cardinality: "one-to-one", include: [] };

/** What two elements must share to be matched. */
const signature = ({ on, labels: names }: Matching, labels: Labels): string =>
  keyOf(on ? only(labels, names) : without(labels, [...names, metricName]));

export function setOperation(
  { operator, matching = everything }: Binary,
  left: Vector,
  right: Vector,
): Vector {
  const keys = (vector: Vector) => new Set(vector.map(({ labels }) => signature(matching, labels)));
  const [leftKeys, rightKeys] = [keys(left), keys(right)];
  switch (operator) {
    case "and":
      return left.filter(({ labels }) => rightKeys.has(signature(matching, labels)));
    case "unless":
      return left.filter(({ labels }) => !rightKeys.has(signature(matching, labels)));
    default:
      return [...left, ...right.filter(({ labels }) => !leftKeys.has(signature(matching, labels)))];
  }
}

export function vectorBinary(binary: Binary, left: Vector, right: Vector): Vector {
  const { operator, bool, matching = everything } = binary;
  const flipped = matching.cardinality === "one-to-many";
  const [many, one] = flipped ? [right, left] : [left, right];
  const ones = new Map<string, Element>();
  for (const element of one) {
    const key = signature(matching, element.labels);
    if (ones.has(key)) throw duplicate(matching, element.labels, flipped ? "left" : "right");
    ones.set(key, element);
  }
  const used = new Set<string>();
  return many.flatMap((element) => {
    const key = signature(matching, element.labels);
    const match = ones.get(key);
    if (!match) return [];
    const [leftValue, rightValue] = flipped ? [match.value, element.value] : [element.value, match.value];
    const result = apply(operator, leftValue, rightValue, bool, leftValue);
    if (result === undefined) return [];
    const labels = resultLabels(binary, matching, element.labels, match.labels);
    const resultKey = matching.cardinality === "one-to-one" ? key : `${key}\u0002${keyOf(labels)}`;
    if (used.has(resultKey)) throw ambiguous(matching);
    used.add(resultKey);
    return [{ labels, value: result }];
  });
}

function resultLabels({ operator, bool }: Binary, matching: Matching, many: Labels, one: Labels): Labels {
  const named = dropsName(operator, bool) ? withoutName(many) : many;
  if (matching.cardinality === "one-to-one") {
    return matching.on ? only(named, matching.labels) : without(named, matching.labels);
  }
  return matching.include.reduce((labels, name) => withLabel(labels, name, one[name] ?? ""), named);
}

function duplicate(matching: Matching, labels: Labels, side: string): PromqlError {
  const group = matching.on
    ? only(labels, matching.labels)
    : without(labels, [...matching.labels, metricName]);
  const text = Object.entries(group)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ");
  return new PromqlError(
    `found duplicate series for the match group {${text}} on the ${side} hand-side of the operation;many-to-many matching not allowed: matching labels must be unique on one side`,
  );
}

const ambiguous = ({ cardinality }: Matching): PromqlError =>
  new PromqlError(
    cardinality === "one-to-one"
      ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
      : "multiple matches for labels: grouping labels must ensure unique matches",
  );
