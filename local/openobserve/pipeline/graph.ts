import { rewriteStreamName } from "../streams/names.js";
import { type Row, type StreamKey, type StreamType } from "../data/store.js";
import { type PipelineNode, type PipelineRecord } from "../store/records.js";
import { type Conditions } from "./condition.js";

/** A node of a pipeline as it runs, with what comes after it. */
export type Step = { readonly next: readonly Step[] } & (
  | { readonly kind: "source" }
  | { readonly kind: "stream"; readonly destination: Destination }
  | { readonly kind: "function"; readonly program: string | undefined; readonly afterFlatten: boolean }
  | { readonly kind: "condition"; readonly conditions: Conditions }
  | { readonly kind: "unsupported"; readonly what: string }
);

/** `name` is rewritten already, unless it has placeholders: those are filled from each record. */
export interface Destination {
  readonly type: StreamType;
  readonly name: string;
}

export interface Graph {
  readonly source: Step;
  /** Every stream that records may end in, placeholders left out. */
  readonly destinations: readonly Destination[];
}

/**
 * The graph below the pipeline's first node.
 * @param programOf the VRL program of a function, undefined when there is none of that name
 */
export function graphOf(
  pipeline: PipelineRecord,
  programOf: (name: string) => string | undefined,
): Graph | undefined {
  const [first] = pipeline.nodes;
  if (first === undefined) return undefined;
  const destinations: Destination[] = [];
  const steps = new Map<string, Step>();
  const build = (node: PipelineNode): Step => {
    const known = steps.get(node.id);
    if (known) return known;
    const next: Step[] = [];
    const step = node === first ? { kind: "source" as const, next } : stepOf(node, next, programOf);
    steps.set(node.id, step);
    if (step.kind === "stream") destinations.push(step.destination);
    for (const { source, target } of pipeline.edges) {
      const child = source === node.id ? pipeline.nodes.find(({ id }) => id === target) : undefined;
      if (child) next.push(build(child));
    }
    return step;
  };
  return { source: build(first), destinations };
}

function stepOf(
  { data }: PipelineNode,
  next: readonly Step[],
  programOf: (name: string) => string | undefined,
): Step {
  switch (data.node_type) {
    case "stream":
      return { kind: "stream", destination: destinationOf(data), next };
    case "function":
      return {
        kind: "function",
        program: programOf(String(data.name)),
        afterFlatten: data.after_flatten === true,
        next,
      };
    case "condition":
      return { kind: "condition", conditions: conditionsOf(data), next };
    default:
      return { kind: "unsupported", what: data.node_type, next };
  }
}

function destinationOf({ stream_name, stream_type }: Readonly<Record<string, unknown>>): Destination {
  const name = String(stream_name);
  return {
    type: (stream_type ?? "logs") as StreamType,
    name: name.includes("{") ? name : rewriteStreamName(name),
  };
}

const conditionsOf = ({ version, conditions }: Readonly<Record<string, unknown>>): Conditions =>
  (version === 2 ? { version, conditions } : conditions) as Conditions;

/** Fills `{field}` from the record; undefined when a field is missing, which drops the record. */
export function resolveName(name: string, record: Row): string | undefined {
  if (!name.includes("{")) return name;
  const text = (field: string): string => String(record[field] ?? "");
  const fields = [...name.matchAll(placeholder)].map(([, field = ""]) => field);
  if (fields.some((field) => text(field) === "")) return undefined;
  return rewriteStreamName(name.replace(placeholder, (_, field: string) => text(field)));
}

const placeholder = /\{([^}]+)\}/g;

/** Whether the pipeline is for the records of a stream. A name that is not in the rewritten form never matches. */
export function takes({ source }: PipelineRecord, { type, name }: StreamKey): boolean {
  return (
    source.source_type === "realtime" &&
    source.stream_name === name &&
    (source.stream_type ?? "logs") === type
  );
}
