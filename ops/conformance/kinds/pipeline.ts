import { FunctionProvider } from "@o2cqrs/providers/function/provider";
import { PipelineProvider } from "@o2cqrs/providers/pipeline/provider";
import type { KindCase } from "../life-cycle.js";

export const pipeline = (prefix: string): KindCase => ({
  kind: "Pipeline",
  provider: PipelineProvider,
  requires: [{ provider: FunctionProvider, args: { name: `${prefix}_p_f`, vrl: "." } }],
  args: {
    name: `${prefix} pipeline`,
    description: "first",
    source: { kind: "stream", stream: `${prefix}_source` },
    outputs: { stored: { kind: "stream", stream: `${prefix}_stored`, from: "source" } },
  },
  changes: [
    { what: "description", args: { description: "second" }, expected: "update" },
    {
      what: "nodes and outputs",
      args: {
        nodes: { mask: { kind: "function", function: `${prefix}_p_f`, from: "source" } },
        outputs: { stored: { kind: "stream", stream: `${prefix}_stored`, from: "mask" } },
      },
      expected: "update",
    },
    { what: "enabled", args: { enabled: false }, expected: "update" },
    { what: "name", args: { name: `${prefix} pipeline b` }, expected: "update" },
  ],
  adopts: true,
});
