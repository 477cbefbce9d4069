import { type z } from "zod";
import { type pipelineKind } from "@o2cqrs/providers/pipeline/rules";
import { SafeNames } from "./names.js";

type PipelineInputs = z.output<typeof pipelineKind.schema>;

const usable = /^[a-zA-Z0-9_]+$/;

/**
 * A pipeline with names for nodes that the arguments take: the server's user interface gives them UUIDs. The names
 * are this side's only, as long as the graph does the same.
 */
export function renameNodes(pipeline: PipelineInputs): PipelineInputs {
  const { nodes, outputs } = pipeline;
  const ids = [...Object.keys(nodes), ...Object.keys(outputs)];
  if (ids.every((id) => usable.test(id) && id !== "source")) return pipeline;
  const names = new SafeNames(["source"]);
  const renamed = new Map([
    ...Object.entries(nodes).map(
      ([id, node]) =>
        [id, names.constant(node.kind === "function" ? node.function : "condition", "node")] as const,
    ),
    ...Object.entries(outputs).map(
      ([id, output]) =>
        [
          id,
          names.constant(output.kind === "stream" ? output.stream : output.destination, "output"),
        ] as const,
    ),
  ]);
  const rename = <Node extends { readonly from: string[] }>(all: Readonly<Record<string, Node>>) =>
    Object.fromEntries(
      Object.entries(all).map(([id, node]) => [
        renamed.get(id) ?? id,
        { ...node, from: node.from.map((name) => renamed.get(name) ?? name) },
      ]),
    );
  return { ...pipeline, nodes: rename(nodes), outputs: rename(outputs) };
}
