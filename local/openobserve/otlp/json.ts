import { type JsonNode, parseJson, position } from "../serde/json.js";
import { parseExact } from "../ingest/json.js";
import { type Metric, type MetricsRequest } from "./messages.js";

/** Thrown for OTLP/JSON that does not parse or has an id that is not hex; worded as the server's. */
export class InvalidOtlpJson extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InvalidOtlpJson";
  }
}

/** @throws JsonSyntaxError, InvalidOtlpJson */
export function parseOtlpJson(text: string): unknown {
  const parsed = parseExact(text);
  if (hasBadId(parsed)) throw badId(parseJson(text), text);
  return parsed;
}

const idNames = new Set(["traceId", "spanId", "parentSpanId"]);
const hex = /^([0-9a-fA-F]{2})*$/;

function hasBadId(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasBadId);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, member]) =>
    idNames.has(name) && typeof member === "string" ? !hex.test(member) : hasBadId(member),
  );
}

/** Searched for once more with positions, which only errors need. */
function badId(root: JsonNode, text: string): InvalidOtlpJson {
  const found = findBadId(root);
  if (!found) return new InvalidOtlpJson("invalid id");
  const odd = found.value.length % 2 === 1;
  const at = found.value.search(/[^0-9a-fA-F]/);
  const reason =
    odd && at === -1
      ? "odd number of digits"
      : `invalid character '${found.value[at] ?? ""}' at position ${at}`;
  return new InvalidOtlpJson(`${reason} at ${position(text, found.end)}`);
}

function findBadId(node: JsonNode): { value: string; end: number } | undefined {
  if (node.kind === "array") {
    for (const item of node.items) {
      const found = findBadId(item);
      if (found) return found;
    }
  }
  if (node.kind !== "object") return undefined;
  for (const [name, member] of node.entries) {
    if (idNames.has(name) && member.kind === "string" && !hex.test(member.value)) return member;
    const found = findBadId(member);
    if (found) return found;
  }
  return undefined;
}

/**
 * What the server's JSON reader loses without a word: counts that are text (as the specification wants 64-bit
 * integers) make a histogram vanish, and an integer value that is text leaves its data point without value.
 */
export function withServerLosses({ resourceMetrics = [] }: MetricsRequest): MetricsRequest {
  return {
    resourceMetrics: resourceMetrics.map(({ scopeMetrics = [], ...resource }) => ({
      ...resource,
      scopeMetrics: scopeMetrics.map(({ metrics = [], ...scope }) => ({
        ...scope,
        metrics: metrics.map(lossy),
      })),
    })),
  };
}

function lossy(metric: Metric): Metric {
  const { histogram, summary, gauge, sum, ...rest } = metric;
  const points = [...(histogram?.dataPoints ?? []), ...(summary?.dataPoints ?? [])];
  if (points.some((point) => typeof point.count === "string")) return rest;
  if (
    histogram?.dataPoints?.some(({ bucketCounts = [] }) =>
      bucketCounts.some((count) => typeof count === "string"),
    )
  ) {
    return rest;
  }
  return {
    ...rest,
    ...(histogram && { histogram }),
    ...(summary && { summary }),
    ...(gauge && { gauge: withoutTextIntegers(gauge) }),
    ...(sum && { sum: withoutTextIntegers(sum) }),
  };
}

function withoutTextIntegers<T extends { readonly dataPoints?: NonNullable<Metric["gauge"]>["dataPoints"] }>(
  data: T,
): T {
  return {
    ...data,
    dataPoints: (data.dataPoints ?? []).map(({ asInt, ...point }) =>
      typeof asInt === "number" ? { ...point, asInt } : point,
    ),
  };
}
