import { canonicalCondition, conditionFrom, serverGroup } from "../base/condition-form.js";
import type { Kind } from "../base/kind.js";
import { markerIn, withMarker, withoutMarker } from "../base/marker.js";
import { type Existing, TakeOverRefusedError } from "../base/take-over.js";
import type { Properties } from "../base/values.js";
import type { PipelineBody, ServerEdge, ServerNode, ServerPipeline } from "../client/index.js";
import { type PipelineInputs, pipelineShape } from "./args.js";
import { edgesOf, formOf, positionsOf, problemsOf, sourceName } from "./graph.js";

type Source = PipelineInputs["source"];
type Node = PipelineInputs["nodes"][string];
type Output = PipelineInputs["outputs"][string];
type Steps = Pick<PipelineInputs, "nodes" | "outputs">;
type Graph = Steps & Pick<PipelineInputs, "source">;

/** What the server would refuse or, worse, accept: a graph that loses records, a query without a time. */
export const pipelineSchema = pipelineShape.superRefine((pipeline, context) => {
  for (const problem of problemsOf(pipeline)) context.addIssue({ code: "custom", ...problem });
  if (pipeline.source.kind === "sql" && !/\b_timestamp\b/.test(pipeline.source.sql))
    context.addIssue({
      code: "custom",
      path: ["source", "sql"],
      message: "must select _timestamp, or alias a column to it: SELECT MAX(_timestamp) AS _timestamp, ...",
    });
});

export const pipelineKind: Kind<PipelineInputs> = {
  name: "Pipeline",
  schema: pipelineSchema,
  comparable: (pipeline) => ({ ...pipeline, ...comparableGraph(pipeline) }),
  replaceOn: [],
};

function comparableGraph({ source, ...steps }: Graph): Properties & Graph {
  return { source: comparableSource(source), ...comparableSteps(steps) };
}

/** A query runs as often as its period is long unless the arguments say otherwise. */
function comparableSource(source: Source): Source {
  if (source.kind !== "sql") return source;
  // Without cron there is nothing that a time zone could mean.
  return source.cron === undefined
    ? { ...source, timezone: "UTC", frequencyMinutes: source.frequencyMinutes ?? source.periodMinutes }
    : source;
}

function comparableSteps({ nodes, outputs }: Steps): Steps {
  return {
    nodes: Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, comparableNode(node)])),
    outputs,
  };
}

function comparableNode(node: Node): Node {
  return node.kind === "condition" ? { ...node, when: canonicalCondition(node.when) } : node;
}

/** A pipeline as it is sent: ids, positions, io types and edges follow from the graph. */
export function pipelineBody(pipeline: PipelineInputs, organization: string): PipelineBody {
  const { source, nodes, outputs } = pipeline;
  const positions = positionsOf(pipeline);
  const node = (id: string, io_type: ServerNode["io_type"], data: ServerNode["data"]): ServerNode => ({
    id,
    io_type,
    position: positions.get(id) ?? { x: 0, y: 0 },
    data,
  });
  return {
    name: pipeline.name,
    description: withMarker(pipeline.description, pipeline.marker),
    enabled: pipeline.enabled,
    source: sourceBody(source, organization),
    nodes: [
      // The server takes the first node for the source.
      node(sourceName, "input", sourceNode(source, organization)),
      ...Object.entries(nodes).map(([name, inner]) => node(name, "default", innerNode(inner))),
      ...Object.entries(outputs).map(([name, output]) =>
        node(name, "output", outputNode(output, organization)),
      ),
    ],
    edges: edgesOf(pipeline).map(({ from, to }): ServerEdge => ({
      id: `e${from}-${to}`,
      source: from,
      target: to,
    })),
  };
}

function sourceBody(source: Source, organization: string): Record<string, unknown> {
  const { node_type, ...data } = sourceNode(source, organization);
  return { source_type: node_type === "stream" ? "realtime" : "scheduled", ...data };
}

function sourceNode(source: Source, org_id: string): Record<string, unknown> {
  if (source.kind === "stream")
    return { node_type: "stream", org_id, stream_name: source.stream, stream_type: source.streamType };
  return {
    node_type: "query",
    org_id,
    stream_type: source.streamType,
    query_condition: { type: "sql", sql: source.sql },
    trigger_condition: {
      period: source.periodMinutes,
      operator: "=",
      threshold: 0,
      silence: 0,
      ...(source.cron === undefined
        ? {
            frequency_type: "minutes",
            frequency: source.frequencyMinutes ?? source.periodMinutes,
            cron: "",
          }
        : { frequency_type: "cron", frequency: 0, cron: source.cron, timezone: source.timezone }),
    },
    tz_offset: 0,
  };
}

function innerNode(node: Node): Record<string, unknown> {
  if (node.kind === "function")
    return { node_type: "function", name: node.function, after_flatten: node.afterFlatten, num_args: 0 };
  return { node_type: "condition", version: 2, conditions: serverGroup(node.when) };
}

function outputNode(output: Output, org_id: string): Record<string, unknown> {
  if (output.kind === "remote")
    return { node_type: "remote_stream", org_id, destination_name: output.destination };
  return { node_type: "stream", org_id, stream_name: output.stream, stream_type: output.streamType };
}

/**
 * A pipeline as the server has it, in terms of arguments. One that does the same as the wanted one keeps that
 * one's names: a hand-made pipeline has ids of its own.
 */
export function existingFrom(
  pipeline: ServerPipeline,
  wanted: Pick<PipelineInputs, "nodes" | "outputs">,
): Existing<PipelineInputs> {
  const graph = graphFrom(pipeline);
  const marker = markerIn(pipeline.description ?? "");
  return {
    marker,
    inputs: {
      name: pipeline.name,
      description: withoutMarker(pipeline.description ?? ""),
      enabled: pipeline.enabled,
      ...(doesTheSame(graph, wanted) ? { ...graph, nodes: wanted.nodes, outputs: wanted.outputs } : graph),
      adopt: false,
      marker,
    },
  };
}

function doesTheSame(a: Steps, b: Steps): boolean {
  return JSON.stringify(formOf(comparableSteps(a))) === JSON.stringify(formOf(comparableSteps(b)));
}

function graphFrom(pipeline: ServerPipeline): Graph {
  const [first] = pipeline.nodes;
  const nameOf = (id: string) => (id === first?.id ? sourceName : id);
  const from = (id: string) =>
    pipeline.edges
      .filter((edge) => edge.target === id)
      .map((edge) => nameOf(edge.source))
      .sort();
  const rest = pipeline.nodes.slice(1);
  const isOutput = (node: (typeof rest)[number]) => node.io_type === "output";
  return {
    source: sourceFrom(first?.data ?? { node_type: "none" }),
    nodes: Object.fromEntries(
      rest.filter((node) => !isOutput(node)).map(({ id, data }) => [id, innerFrom(data, from(id))]),
    ),
    outputs: Object.fromEntries(
      rest.filter(isOutput).map(({ id, data }) => [id, outputFrom(data, from(id))]),
    ),
  };
}

interface ServerTrigger {
  readonly period?: number;
  readonly frequency?: number;
  readonly frequency_type?: string;
  readonly cron?: string | null;
  readonly timezone?: string | null;
}

type ServerData = ServerPipeline["nodes"][number]["data"];

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const streamType = (value: unknown) => (text(value) || "logs") as "logs";

function sourceFrom(data: ServerData): Source {
  if (data.node_type !== "query")
    return { kind: "stream", stream: text(data.stream_name), streamType: streamType(data.stream_type) };
  const query = data.query_condition as { sql?: unknown } | undefined;
  const trigger = (data.trigger_condition ?? {}) as ServerTrigger;
  const isCron = trigger.frequency_type === "cron";
  return {
    kind: "sql",
    sql: text(query?.sql),
    streamType: streamType(data.stream_type),
    periodMinutes: trigger.period ?? 0,
    ...(isCron ? { cron: trigger.cron ?? "" } : { frequencyMinutes: trigger.frequency }),
    timezone: (isCron ? trigger.timezone : undefined) ?? "UTC",
  };
}

function innerFrom(data: ServerData, from: string[]): Node {
  if (data.node_type === "function")
    return { kind: "function", function: text(data.name), from, afterFlatten: data.after_flatten !== false };
  // A condition of version 2 stands beside its version, an older one alone.
  const condition = data.version === 2 ? conditionFrom(data) : conditionFrom(data.conditions);
  return { kind: "condition", when: condition ?? { any: [] }, from };
}

function outputFrom(data: ServerData, from: string[]): Output {
  if (data.node_type === "remote_stream")
    return { kind: "remote", destination: text(data.destination_name), from };
  return { kind: "stream", stream: text(data.stream_name), streamType: streamType(data.stream_type), from };
}

/**
 * A stream feeds one realtime pipeline. The server checks that only for pipelines that were sent in full, so a
 * second one may slip in and records would take either way.
 *
 * @throws TakeOverRefusedError naming the other pipeline
 */
export function refuseTakenSource(
  { source, name }: PipelineInputs,
  pipelines: readonly ServerPipeline[],
  own: string | undefined,
): void {
  if (source.kind !== "stream") return;
  const other = pipelines.find(({ pipeline_id, nodes }) => {
    const [first] = nodes;
    return (
      pipeline_id !== own &&
      first?.data.node_type === "stream" &&
      first.data.stream_name === source.stream &&
      streamType(first.data.stream_type) === source.streamType
    );
  });
  if (other === undefined) return;
  throw new TakeOverRefusedError(
    `Pipeline ${name} cannot read stream ${source.stream}: pipeline ${JSON.stringify(other.name)} ` +
      `(${other.pipeline_id}) reads it already, and a stream feeds one realtime pipeline. Delete that one, or ` +
      "give this one its name and adopt: true.",
  );
}
