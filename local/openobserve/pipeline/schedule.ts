import {
  nextEvaluation,
  promqlOf,
  promqlRows,
  promqlStep,
  windowOf,
  type TimeWindow,
} from "../alerts/rules.js";
import type { BackgroundJob } from "../background.js";
import type { ServerContext } from "../context.js";
import type { StreamType } from "../data/store.js";
import { type JsonValue } from "../ingest/json.js";
import { ingestSamples } from "../ingest/metrics-json.js";
import { ingestRecords } from "../ingest/write.js";
import { organizations } from "../organizations/registry.js";
import type { ScheduledSource } from "../pipelines/scheduled.js";
import { evaluateRange, parsePromql } from "../promql/index.js";
import { sourceFor } from "../prometheus/series.js";
import { unsupported } from "../server/reply.js";
import { UnsupportedSql } from "../sql/errors.js";
import { search } from "../sql/search.js";
import type { PipelineRecord } from "../store/records.js";
import { execute } from "./execute.js";
import { graphOf } from "./graph.js";

/** Looks for scheduled pipelines that are due, as often as the options say. */
export const startScheduledPipelines: BackgroundJob = (context) => {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= runScheduledPipelines(context).finally(() => (running = undefined));
  }, context.options.pipelineIntervalMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
};

/** In microseconds. */
interface Plan {
  /** When the pipeline comes up next. */
  readonly at: number;
  /** Up to when it has seen its stream; the next run begins there, so that no record counts twice or never. */
  readonly seen: number;
}

/** By id; a pipeline that is not in it is due. */
const plans = new WeakMap<ServerContext, Map<string, Plan>>();

/** Runs the scheduled pipelines that are due: what their query gives goes through their nodes into their outputs. */
export async function runScheduledPipelines(context: ServerContext): Promise<void> {
  const planned = plans.get(context) ?? new Map<string, Plan>();
  const pipelines = organizations(context).flatMap(({ identifier }) =>
    context.metadata.pipelines.list(identifier),
  );
  for (const pipeline of pipelines) await runOne(context, planned, pipeline);
  const ids = new Set(pipelines.map(({ pipeline_id }) => pipeline_id));
  plans.set(context, new Map([...planned].filter(([id]) => ids.has(id))));
}

async function runOne(
  context: ServerContext,
  planned: Map<string, Plan>,
  pipeline: PipelineRecord,
): Promise<void> {
  const { source, enabled, pipeline_id } = pipeline;
  if (!enabled || source.source_type !== "scheduled") return;
  const now = context.clock.micros();
  const plan = planned.get(pipeline_id);
  const at = plan?.at ?? now;
  if (at > now) return;
  const { trigger_condition } = source as unknown as ScheduledSource;
  const period = windowOf(trigger_condition, at);
  const window = { start: plan?.seen ?? period.start, end: period.end };
  const next = nextEvaluation(trigger_condition, now, false);
  planned.set(pipeline_id, { at: next, seen: window.start });
  try {
    await derive(context, pipeline, window);
    planned.set(pipeline_id, { at: next, seen: window.end });
  } catch (error) {
    // One that fails is run again at its next time, over what it has not seen; the others must not wait for it.
    context.report(`pipeline ${pipeline.name}`, error);
  }
}

async function derive(context: ServerContext, pipeline: PipelineRecord, window: TimeWindow): Promise<void> {
  const { org: organization } = pipeline;
  const graph = graphOf(pipeline, (name) => context.metadata.functions.get(organization, name)?.function);
  if (!graph) return;
  const rows = await queried(context, organization, pipeline.source as unknown as ScheduledSource, window);
  const outputs = new Map<string, { type: StreamType; name: string; records: JsonValue[] }>();
  for (const { destination, record } of execute(graph, rows)) {
    const id = `${destination.type}/${destination.name}`;
    const output = outputs.get(id) ?? { ...destination, records: [] };
    outputs.set(id, output);
    output.records.push(record);
  }
  for (const { type, name, records } of outputs.values()) {
    if (type === "metrics") await ingestSamples(context, organization, records, name);
    else await ingestRecords(context, { organization, type, name }, records);
  }
}

async function queried(
  context: ServerContext,
  organization: string,
  { query_condition: query, trigger_condition: trigger, stream_type }: ScheduledSource,
  window: TimeWindow,
): Promise<readonly JsonValue[]> {
  const promql = query.type === "promql" ? promqlOf(query) : undefined;
  if (promql !== undefined) {
    const expr = parsePromql(promql);
    const range = { start: window.start / 1000, end: window.end / 1000 };
    const source = await sourceFor(context, organization, expr, range);
    const series = evaluateRange(expr, source, { ...range, step: promqlStep(window) / 1000 });
    return promqlRows(trigger, series) as JsonValue[];
  }
  if (!query.sql) return [];
  const wanted = { sql: query.sql, ...window, from: 0, size: mostRows };
  return (await search(context, organization, stream_type as StreamType, wanted)).hits as JsonValue[];
}

/**
 * What the server does before it saves a scheduled pipeline whose source is new: it runs the query over the last
 * seconds. A stream that is missing, or a column, shows here.
 * @returns why the query does not run, undefined when it does
 */
export async function failedTestRun(
  context: ServerContext,
  organization: string,
  source: ScheduledSource,
): Promise<string | undefined> {
  const end = context.clock.micros();
  try {
    await queried(context, organization, source, { start: end - testRunMicros, end });
    return undefined;
  } catch (error) {
    if (error instanceof UnsupportedSql) throw unsupported(error.feature);
    if (error instanceof Error) return error.message;
    throw error;
  }
}

const testRunMicros = 5_000_000;

/** As the server, a derived stream takes all that the query gives. */
const mostRows = 1_000_000;
