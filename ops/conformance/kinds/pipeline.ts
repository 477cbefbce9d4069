import { FunctionProvider } from "@o2cqrs/providers/function/provider";
import { PipelineProvider } from "@o2cqrs/providers/pipeline/provider";
import { StreamProvider } from "@o2cqrs/providers/stream/provider";
import type { KindCase } from "../life-cycle.js";

export const pipeline = (prefix: string): KindCase => ({
  kind: "Pipeline",
  provider: PipelineProvider,
  requires: [
    { provider: FunctionProvider, args: { name: `${prefix}_p_f`, vrl: "." } },
    // A query is run once before it is saved, so that what it reads must exist.
    { provider: StreamProvider, args: { name: `${prefix}_queried` } },
  ],
  args: {
    name: `${prefix} pipeline`,
    description: "first",
    source: { kind: "stream", stream: `${prefix}_source` },
    outputs: { stored: { kind: "stream", stream: `${prefix}_stored`, from: "source" } },
  },
  changes: [
    { what: "description", args: { description: "second" }, expected: "update" },
    {
      what: "nodes",
      args: {
        nodes: {
          mask: { kind: "function", function: `${prefix}_p_f`, from: "source" },
          bad: {
            kind: "condition",
            when: {
              any: [
                { column: "level", operator: "=", value: "error" },
                { column: "code", operator: ">=", value: 500 },
              ],
            },
            from: "mask",
          },
        },
        outputs: { stored: { kind: "stream", stream: `${prefix}_stored`, from: "bad" } },
      },
      expected: "update",
    },
    {
      what: "outputs",
      args: {
        outputs: {
          stored: { kind: "stream", stream: `${prefix}_stored`, from: "bad" },
          all: { kind: "stream", stream: `${prefix}_all`, from: "source" },
        },
      },
      expected: "update",
    },
    {
      what: "source",
      args: { source: { kind: "stream", stream: `${prefix}_other_source` } },
      expected: "update",
    },
    {
      what: "source to a scheduled query",
      args: {
        source: {
          kind: "sql",
          sql: `SELECT MAX(_timestamp) AS _timestamp, count(*) AS n FROM "${prefix}_queried"`,
          periodMinutes: 10,
        },
      },
      expected: "update",
    },
    {
      what: "schedule",
      args: {
        source: {
          kind: "sql",
          sql: `SELECT MAX(_timestamp) AS _timestamp, count(*) AS n FROM "${prefix}_queried"`,
          periodMinutes: 10,
          cron: "0 30 9 * * *",
          timezone: "Europe/Paris",
        },
      },
      expected: "update",
    },
    { what: "enabled", args: { enabled: false }, expected: "update" },
    { what: "name", args: { name: `${prefix} pipeline b` }, expected: "update" },
  ],
  adopts: true,
});
