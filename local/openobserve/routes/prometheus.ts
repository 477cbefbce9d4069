import { type ServerContext } from "../context.js";
import { parseTime } from "../ingest/timestamp.js";
import { anchoringOf, fetchSeries, labelColumns, metricStreams, sourceFor } from "../prometheus/series.js";
import { InvalidWriteRequest, remoteWrite } from "../prometheus/remote-write.js";
import { formatted } from "../prometheus/result.js";
import {
  evaluateInstant,
  evaluateRange,
  keyOf,
  type Labels,
  type Matcher,
  parseDuration,
  parsePromql,
  printPromql,
  PromqlError,
  UnsupportedPromql,
} from "../promql/index.js";
import { empty, failure, json, type Reply, ReplyError, text, unsupported } from "../server/reply.js";
import { type Area, get, type Handler, post, type ServerRequest } from "../server/route.js";
import { newTraceId } from "../sql/trace-id.js";

const base = "/api/:org/prometheus/api/v1";

/** Prometheus' HTTP API over the metrics streams. */
export const prometheusRoutes: Area = () => [
  post(`${base}/write`, write),
  ...both(`${base}/query`, answering(query)),
  ...both(`${base}/query_range`, answering(queryRange)),
  ...both(`${base}/series`, answering(series)),
  ...both(`${base}/labels`, answering(labels)),
  get(`${base}/label/:label/values`, answering(labelValues)),
  get(`${base}/metadata`, answering(metadata)),
  ...both(`${base}/format_query`, answering(format)),
];

function both(path: string, handler: Handler) {
  return [get(path, handler), post(path, handler)];
}

async function write(request: ServerRequest, context: ServerContext): Promise<Reply> {
  if (request.headers["content-type"] !== "application/x-protobuf") throw failure(400, "Bad Request");
  try {
    await remoteWrite(context, request.organization, request.body);
  } catch (error) {
    if (error instanceof InvalidWriteRequest) throw failure(400, error.message);
    throw error;
  }
  return empty(200);
}

type Answer = (
  parameters: URLSearchParams,
  request: ServerRequest,
  context: ServerContext,
) => Promise<Reply> | Reply;

/** Reads the parameters from the query or the form, and gives errors Prometheus' shape. */
function answering(answer: Answer): Handler {
  return async (request, context) => {
    try {
      return await answer(parametersOf(request), request, context);
    } catch (error) {
      if (error instanceof UnsupportedPromql) throw unsupported(`PromQL's ${error.feature}`);
      if (error instanceof PromqlError) throw badData(context, `Execution error: ${error.message}`);
      throw error;
    }
  };
}

function badData(context: ServerContext, message: string): ReplyError {
  const trace_id = newTraceId(context.clock.micros());
  return new ReplyError(json(400, { status: "error", errorType: "bad_data", error: message, trace_id }));
}

function parametersOf(request: ServerRequest): URLSearchParams {
  if (request.method !== "POST") return request.query;
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("application/x-www-form-urlencoded")) {
    throw new ReplyError(
      text(415, "Form requests must have `Content-Type: application/x-www-form-urlencoded`"),
    );
  }
  return new URLSearchParams(request.body.toString("utf8"));
}

/** Milliseconds, cut to whole microseconds; now when the parameter is missing. */
function timeOf(parameters: URLSearchParams, name: string, context: ServerContext): number {
  const given = parameters.get(name);
  if (given === null || given === "") return context.clock.micros() / 1000;
  const micros = parseTime(given);
  if (micros === undefined) throw badData(context, "invalid time format [string]");
  return micros / 1000;
}

const success = (context: ServerContext, data: unknown): Reply =>
  json(200, { status: "success", data, trace_id: newTraceId(context.clock.micros()) });

async function query(
  parameters: URLSearchParams,
  request: ServerRequest,
  context: ServerContext,
): Promise<Reply> {
  const expr = parsePromql(parameters.get("query") ?? "");
  const time = timeOf(parameters, "time", context);
  const source = await sourceFor(context, request.organization, expr, { start: time, end: time });
  return success(context, formatted(evaluateInstant(expr, source, time), time));
}

/** Points that a range query gives at most when no step is asked for. */
const maxPoints = 11_000;

async function queryRange(
  parameters: URLSearchParams,
  request: ServerRequest,
  context: ServerContext,
): Promise<Reply> {
  const expr = parsePromql(parameters.get("query") ?? "");
  const now = context.clock.micros() / 1000;
  const start = parameters.has("start") ? timeOf(parameters, "start", context) : now;
  const end = parameters.has("end") ? timeOf(parameters, "end", context) : now;
  const given = parameters.get("step") ?? "";
  const wanted = given === "" ? 0 : parseDuration(given.replace(/\.\d+$/, ""));
  const step = wanted > 0 ? wanted : Math.max(1000, (end - start) / maxPoints);
  if ((end - start) / step > maxPoints * 10) throw badData(context, "exceeded maximum resolution");
  const source = await sourceFor(context, request.organization, expr, { start, end });
  const value = evaluateRange(expr, source, { start, end, step });
  return success(context, formatted({ type: "matrix", value }, end));
}

/** The matchers of a selector given as `match[]`. */
function matchersOf(parameters: URLSearchParams): readonly Matcher[][] {
  return parameters.getAll("match[]").map((given) => {
    const expr = parsePromql(given);
    if (expr.kind !== "selector") throw new PromqlError("match[] must be a vector selector");
    return [...expr.matchers];
  });
}

async function series(
  parameters: URLSearchParams,
  request: ServerRequest,
  context: ServerContext,
): Promise<Reply> {
  const [from, to] = [timeOf(parameters, "start", context), timeOf(parameters, "end", context)];
  const found = new Map<string, Labels>();
  for (const matchers of matchersOf(parameters)) {
    for (const { labels } of await fetchSeries(context, request.organization, { matchers, from, to })) {
      found.set(keyOf(labels), sorted(labels));
    }
  }
  return json(200, { status: "success", data: [...found.values()] });
}

const sorted = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Names of labels come from the schema, whatever the time range. */
function labels(parameters: URLSearchParams, { organization }: ServerRequest, context: ServerContext): Reply {
  const selectors = parameters.has("match[]") ? matchersOf(parameters) : [[]];
  const names = new Set<string>();
  for (const matchers of selectors) {
    for (const key of metricStreams(context, organization, matchers, anchoringOf(context))) {
      for (const name of labelColumns(context, key)) names.add(name);
    }
  }
  return json(200, { status: "success", data: [...names].sort() });
}

async function labelValues(
  parameters: URLSearchParams,
  request: ServerRequest,
  context: ServerContext,
): Promise<Reply> {
  const label = request.parameter("label");
  const selectors = matchersOf(parameters);
  if (label === "__name__" && selectors.length === 0) {
    const names = metricStreams(context, request.organization, [], "group").map(({ name }) => name);
    return json(200, { status: "success", data: names.sort() });
  }
  if (!parameters.has("start") && !parameters.has("end")) {
    if (context.version.promql.labelValuesWithoutTimes) return json(200, { status: "success", data: [] });
    const error = "Error# [file_list] invalid time range";
    throw new ReplyError(json(500, { status: "error", errorType: "internal", error }));
  }
  const [from, to] = [timeOf(parameters, "start", context), timeOf(parameters, "end", context)];
  const values = new Set<string>();
  for (const matchers of selectors) {
    for (const found of await fetchSeries(context, request.organization, { matchers, from, to })) {
      const value = found.labels[label];
      if (value !== undefined) values.add(value);
    }
  }
  return json(200, { status: "success", data: [...values].sort() });
}

function metadata(
  parameters: URLSearchParams,
  { organization }: ServerRequest,
  context: ServerContext,
): Reply {
  const wanted = parameters.get("metric");
  const described = context.metadata.streams
    .list(organization)
    .filter(
      ({ type, name, metrics }) =>
        type === "metrics" && metrics !== undefined && (wanted === null || name === wanted),
    );
  const data = Object.fromEntries(
    described.map(({ name, metrics }) => [
      name,
      [
        {
          type: (metrics?.metric_type ?? "unknown").toLowerCase(),
          help: metrics?.help ?? "",
          unit: metrics?.unit ?? "",
        },
      ],
    ]),
  );
  return json(200, { status: "success", data });
}

const format: Answer = (parameters) =>
  json(200, { status: "success", data: printPromql(parsePromql(parameters.get("query") ?? "")) });
