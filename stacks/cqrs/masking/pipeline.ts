import {
  derivedMetrics,
  type LogStreamRole,
  logStreamRoles,
  objectives,
  type ObjectiveSource,
  piiMarker,
  type StreamRole,
  streams,
} from "@o2cqrs/contract";
import { Function as VrlFunction, Pipeline, type Stream } from "@o2cqrs/providers";
import type { ComponentResourceOptions, Output } from "@pulumi/pulumi";
import { Part } from "../component.js";
import { columns, select, sqlString } from "../queries/sql.js";
import {
  guardProgram,
  maskingProgram,
  metricProgram,
  quarantineProgram,
  type RecordDefaults,
} from "./programs.js";

export interface MaskingArgs {
  /** They must be as they should be, above all without a copy of the original, before records flow. */
  readonly streams: Readonly<Record<StreamRole, Stream>>;
  readonly defaults: RecordDefaults;
  readonly adopt: boolean;
}

/**
 * The pipelines: each log stream is masked, or its records go to quarantine; errors in the masked logs are
 * counted into the metrics stream.
 *
 * Counting runs every minute as a query of its own: a pipeline over logs drops what it sends to a metrics
 * stream without a word, while a scheduled one may write there.
 */
export class Masking extends Part {
  constructor(name: string, args: MaskingArgs, options?: ComponentResourceOptions) {
    super("Masking", name, options);
    const guard = this.#function("cqrs-guard", guardProgram(), args);
    const metric = this.#function("cqrs-metric", metricProgram(), args);
    const mask = this.#function("cqrs-mask", maskingProgram(args.defaults), args);
    for (const role of logStreamRoles) {
      const reduce = this.#function(`cqrs-quarantine-${role}`, quarantineProgram(role), args);
      this.#maskingPipeline(role, args, { guard: guard.name, mask: mask.name, reduce: reduce.name });
      this.#countingPipeline(role, args, metric.name);
    }
    this.registerOutputs({});
  }

  #function(name: string, vrl: string, { adopt }: MaskingArgs): VrlFunction {
    return new VrlFunction(name, { name, vrl, adopt }, this.own);
  }

  #maskingPipeline(
    role: LogStreamRole,
    args: MaskingArgs,
    functions: Record<"guard" | "mask" | "reduce", Output<string>>,
  ): void {
    const name = `cqrs-mask-${role}`;
    new Pipeline(
      name,
      {
        name,
        description: `Masks personal data in ${streams[role].name}; what cannot be masked is quarantined`,
        adopt: args.adopt,
        source: { kind: "stream", stream: args.streams[role].name },
        nodes: {
          guard: { kind: "function", function: functions.guard, from: "source", afterFlatten: false },
          mask: { kind: "function", function: functions.mask, from: "guard", afterFlatten: false },
          masked: {
            kind: "condition",
            when: { column: piiMarker, operator: "=", value: true },
            from: "mask",
          },
          unmasked: {
            kind: "condition",
            when: { column: piiMarker, operator: "=", value: false },
            from: "mask",
          },
          reduce: { kind: "function", function: functions.reduce, from: "unmasked" },
        },
        outputs: {
          stored: { kind: "stream", stream: args.streams[role].name, from: "masked" },
          quarantine: { kind: "stream", stream: args.streams.quarantine.name, from: "reduce" },
        },
      },
      this.own,
    );
  }

  #countingPipeline(role: LogStreamRole, args: MaskingArgs, metric: Output<string>): void {
    const name = `cqrs-count-${role}`;
    new Pipeline(
      name,
      {
        name,
        description: `Counts errors in ${streams[role].name} into ${streams.metrics.name}`,
        adopt: args.adopt,
        source: { kind: "sql", sql: countingQuery(role), periodMinutes: 1, frequencyMinutes: 1 },
        nodes: { metric: { kind: "function", function: metric, from: "source" } },
        outputs: {
          metrics: {
            kind: "stream",
            stream: args.streams.metrics.name,
            streamType: "metrics",
            from: "metric",
          },
        },
      },
      // Its query names the stream without being given it.
      { ...this.own, dependsOn: args.streams[role] },
    );
  }
}

/** The objectives whose slow operations only the logs tell. */
function slowLimitOf(role: LogStreamRole): number | undefined {
  const declared = Object.values<{ bus: string; source: ObjectiveSource }>(objectives);
  const source = declared.find(
    ({ bus, source: { kind } }) => `${bus}s` === role && kind === "derivedSlow",
  )?.source;
  return source?.kind === "derivedSlow" ? source.limitMs : undefined;
}

/** Counts a minute's failed records, and the slow ones where no histogram does. */
export function countingQuery(role: LogStreamRole): string {
  const slowMs = slowLimitOf(role);
  const failed = "status = 'error'";
  const errors = sqlString(derivedMetrics.errors);
  const name =
    slowMs === undefined
      ? errors
      : `CASE WHEN ${failed} THEN ${errors} ELSE ${sqlString(derivedMetrics.slow)} END`;
  const labels = ["bus", "type", "service", "env"];
  return select({
    columns: {
      metric_name: name,
      ...columns(...labels),
      metric_value: "COUNT(*)",
      // The server takes the time of a scheduled query's rows from this column only.
      _timestamp: "MAX(_timestamp)",
    },
    from: streams[role].storedName,
    where: slowMs === undefined ? failed : `${failed} OR duration_ms > ${slowMs}`,
    groupBy: slowMs === undefined ? labels : [name, ...labels],
  });
}
