import { type ConditionTree, hasConditions } from "../conditions/tree.js";
import type { PipelineNode } from "../store/records.js";
import type { PipelineRequest } from "./requests.js";

/** The rules that a pipeline obeys, in the order in which the server checks them. Undefined when it obeys all. */
export function brokenRule(pipeline: PipelineRequest): string | undefined {
  const { name, nodes, edges } = pipeline;
  if (name === "") return "Please provide non-empty name for the pipeline";
  const [first] = nodes;
  if (!first) return "Empty pipeline. Please add Source/Destination nodes, or any applicable Transform Nodes";
  if (edges.length === 0) return "Please connect all Nodes to complete pipeline creation";
  return (
    brokenSource(first) ??
    nodes.map((node) => brokenNode(node, first)).find((rule) => rule !== undefined) ??
    brokenGraph(pipeline)
  );
}

type Node = PipelineRequest["nodes"][number];

function brokenSource({ data }: Node): string | undefined {
  if (data.node_type === "stream") return undefined;
  if (data.node_type !== "query") return "Source must be either a StreamNode or QueryNode";
  const { period } = data.trigger_condition as { readonly period: number };
  return period === 0 ? "DerivedStream source's TriggerCondition period missing or is 0" : undefined;
}

function brokenNode({ data }: Node, first: Node): string | undefined {
  if (data.node_type === "condition" && !asksSomething(data))
    return "ConditionNode must have non-empty conditions";
  if (data.stream_type === "enrichment_tables" && first.data.node_type === "stream")
    return "EnrichmentTables can only be used in Scheduled pipelines";
  return undefined;
}

function asksSomething(data: PipelineNode["data"]): boolean {
  if (data.version !== 2) return hasConditions(data.conditions as ConditionTree);
  const group = data.conditions as { readonly conditions?: readonly unknown[] };
  return (group.conditions?.length ?? 0) > 0;
}

function brokenGraph({ nodes, edges }: PipelineRequest): string | undefined {
  if (edges.length < nodes.length - 1)
    return `Insufficient number of edges to connect all nodes. Need at least ${nodes.length - 1} for ${nodes.length} nodes, but got ${edges.length}.`;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const next = new Map<string, string[]>();
  for (const [index, { source, target }] of edges.entries()) {
    if (!byId.has(source)) return `Edge #${index}'s source node not found in nodes list`;
    if (!byId.has(target)) return `Edge #${index}'s target node not found in nodes list`;
    next.set(source, [...(next.get(source) ?? []), target]);
  }
  return brokenPath(nodes[0]?.id ?? "", byId, next, false, new Set());
}

/** Every branch ends in a stream, none runs in a circle, and none goes back from flattened to not flattened. */
function brokenPath(
  id: string,
  byId: ReadonlyMap<string, Node>,
  next: ReadonlyMap<string, readonly string[]>,
  flattened: boolean,
  above: ReadonlySet<string>,
): string | undefined {
  if (above.has(id)) return "Cyclical pipeline detected.";
  const targets = next.get(id);
  if (!targets) {
    const kind = byId.get(id)?.data.node_type;
    return kind === "stream" || kind === "remote_stream" ? undefined : "All leaf nodes must be StreamNode";
  }
  let flat = flattened;
  for (const target of targets) {
    const data = byId.get(target)?.data;
    if (data?.node_type === "function") {
      if (flat && data.after_flatten !== true)
        return "After Flatten must be checked if a previous FunctionNode already checked it in the same branch.";
      flat ||= data.after_flatten === true;
    }
    const broken = brokenPath(target, byId, next, flat, new Set([...above, id]));
    if (broken !== undefined) return broken;
  }
  return undefined;
}
