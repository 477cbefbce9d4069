import { PipelineDestinationProvider } from "@o2cqrs/providers/pipeline-destination/provider";
import type { KindCase } from "../life-cycle.js";

export const pipelineDestination = (prefix: string): KindCase => ({
  kind: "PipelineDestination",
  provider: PipelineDestinationProvider,
  args: { name: `${prefix}_remote`, url: "https://archive.example.com/first" },
  changes: [
    { what: "url", args: { url: "https://archive.example.com/second" }, expected: "update" },
    { what: "headers", args: { headers: { "x-stage": "second" } }, expected: "update" },
    { what: "method", args: { method: "put" }, expected: "update" },
    { what: "skipTlsVerify", args: { skipTlsVerify: true }, expected: "update" },
    { what: "outputFormat", args: { outputFormat: "ndjson" }, expected: "update" },
    {
      what: "outputFormat for an index",
      args: { outputFormat: { esbulk: { index: "i" } } },
      expected: "update",
    },
    { what: "name", args: { name: `${prefix}_remote_b` }, expected: "replace" },
  ],
  ownArguments: ["allowPrivateAddress"],
  adopts: true,
});
