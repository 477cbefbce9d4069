import { type ServerContext } from "../context.js";
import { stringify } from "../ingest/json.js";
import { failure, raw, type Reply } from "../server/reply.js";
import { type Area, get, type ServerRequest } from "../server/route.js";
import { type Hit, search } from "../sql/search.js";
import { newTraceId } from "../sql/trace-id.js";
import { searching } from "./search.js";

/** Traces, newest first. */
export const tracesRoutes: Area = () => [get("/api/:org/:stream/traces/latest", searching(latest))];

/** Traces are looked up by their spans' times, which may lie a little before or after those asked for. */
const spansAtMost = 9_999;

async function latest(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization, query } = request;
  const number = (name: string, fallback: number): number => {
    const text = query.get(name) ?? "";
    return /^-?\d+$/.test(text) ? Number(text) : fallback;
  };
  const [start, end] = [number("start_time", 0), number("end_time", 0)];
  if (start === 0) throw failure(400, "start_time is empty");
  if (end === 0) throw failure(400, "end_time is empty");
  const [from, size] = [number("from", 0), number("size", 10)];
  const started = performance.now();
  const name = request.parameter("stream");
  // The older server puts the name into its SQL as it is.
  const stream = context.version.search.tracesQuoteStream ? `"${name.replaceAll('"', '""')}"` : name;
  const filter = query.get("filter") ?? "";
  const found = await search(context, organization, "traces", {
    sql:
      "SELECT trace_id, min(_timestamp) as zo_sql_timestamp, min(start_time) as trace_start_time, " +
      `max(end_time) as trace_end_time FROM ${stream}${filter === "" ? "" : ` WHERE ${filter}`} ` +
      "GROUP BY trace_id ORDER BY zo_sql_timestamp DESC",
    start,
    end,
    from,
    size,
  });
  const ids = found.hits.map(({ trace_id }) => String(trace_id));
  const hits = ids.length === 0 ? [] : await tracesOf(request, context, stream, ids, found.hits);
  const trace_id = newTraceId(context.clock.micros());
  const took = Math.round(performance.now() - started);
  return raw(200, "application/json", stringify({ took, trace_id, hits, total: hits.length, from, size }));
}

async function tracesOf(
  { organization }: ServerRequest,
  context: ServerContext,
  stream: string,
  ids: readonly string[],
  summaries: readonly Hit[],
): Promise<Hit[]> {
  const times = summaries.flatMap(({ trace_start_time, trace_end_time }) => [
    trace_start_time,
    trace_end_time,
  ]);
  const micros = times.map((nanos) => Number(nanos) / 1000);
  const { hits: spans } = await search(context, organization, "traces", {
    sql:
      "SELECT _timestamp, trace_id, start_time, end_time, duration, service_name, operation_name, span_status " +
      `FROM ${stream} WHERE trace_id IN (${ids.map((id) => `'${id.replaceAll("'", "''")}'`).join(", ")}) ` +
      "ORDER BY _timestamp ASC",
    start: Math.floor(Math.min(...micros)) - 1,
    end: Math.ceil(Math.max(...micros)) + 1,
    from: 0,
    size: spansAtMost,
  });
  const traces = ids.map((id) =>
    traceOf(
      id,
      spans.filter(({ trace_id }) => trace_id === id),
    ),
  );
  return traces.sort((a, b) => Number(b.start_time) - Number(a.start_time));
}

function traceOf(trace_id: string, spans: readonly Hit[]): Hit {
  const services = new Map<unknown, number>();
  for (const { service_name } of spans) services.set(service_name, (services.get(service_name) ?? 0) + 1);
  const extreme = (name: string, better: (a: bigint, b: bigint) => boolean) =>
    spans
      .map((span) => BigInt((span[name] ?? 0) as number | bigint))
      .reduce((best, value) => (better(value, best) ? value : best));
  return {
    // The server always tells what language models cost, also where there is none.
    _o2_llm_cost_details_total: 0,
    _o2_llm_input: null,
    _o2_llm_usage_details_input: 0,
    _o2_llm_usage_details_output: 0,
    _o2_llm_usage_details_total: 0,
    duration: extreme("duration", (a, b) => a > b),
    end_time: extreme("end_time", (a, b) => a > b),
    first_event: spans[0],
    service_name: [...services].map(([service_name, count]) => ({ count, service_name })),
    spans: [spans.length, spans.filter(({ span_status }) => span_status === "ERROR").length],
    start_time: extreme("start_time", (a, b) => a < b),
    trace_id,
  };
}
