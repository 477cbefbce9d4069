import { rewriteStreamName } from "../streams/names.js";
import { type ServerContext } from "../context.js";
import { type StreamKey } from "../data/store.js";
import { ingestBulk } from "../ingest/bulk.js";
import { NotAnObject } from "../ingest/flatten.js";
import { type JsonValue, isObject, parseExact } from "../ingest/json.js";
import { lokiRecords } from "../ingest/loki.js";
import { ingestMetricsJson, InvalidMetric } from "../ingest/metrics-json.js";
import { ingestRecords, type Outcome } from "../ingest/write.js";
import { JsonSyntaxError } from "../serde/json.js";
import { empty, json, message, type Reply, ReplyError } from "../server/reply.js";
import { type Area, type Handler, post, type ServerRequest } from "../server/route.js";
import { StreamBeingDeleted } from "../streams/registry.js";

/** Records of logs and metrics in the formats that are not OTLP or remote write. */
export const ingestRoutes: Area = () => [
  post("/api/:org/:stream/_json", guarded(jsonBody)),
  post("/api/:org/:stream/_multi", guarded(multi)),
  post("/api/:org/_bulk", guarded(bulk)),
  post("/api/:org/_hec", guarded(hec)),
  post("/api/:org/loki/api/v1/push", guarded(loki)),
  post("/api/:org/ingest/metrics/_json", guarded(metrics)),
];

/** What goes wrong inside becomes 400 with the text that names the layer it came from. */
function guarded(handler: Handler): Handler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      throw asReply(error);
    }
  };
}

function asReply(error: unknown): unknown {
  if (error instanceof JsonSyntaxError)
    return new ReplyError(message(400, `SerdeJsonError# ${error.message}`));
  if (error instanceof InvalidMetric) return new ReplyError(message(400, error.message));
  if (error instanceof NotAnObject || error instanceof StreamBeingDeleted) {
    return new ReplyError(message(400, `Error# ${error.message}`));
  }
  return error;
}

const logs = ({ organization }: ServerRequest, name: string): StreamKey => ({
  organization,
  type: "logs",
  name: rewriteStreamName(name),
});

const statusOf = (name: string, { successful, failed, error }: Outcome) => ({
  name,
  successful,
  failed,
  ...(error !== undefined && { error }),
});

const report = (key: StreamKey, outcome: Outcome): Reply =>
  json(200, { code: 200, status: [statusOf(key.name, outcome)] });

/** An array of records or one record. */
async function jsonBody(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const parsed = parseExact(request.body.toString("utf8"));
  const records = Array.isArray(parsed) ? (parsed as readonly JsonValue[]) : [parsed];
  const key = logs(request, request.parameter("stream"));
  return report(key, await ingestRecords(context, key, records));
}

/** A record a line; one bad line and nothing is stored. */
async function multi(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const lines = request.body.toString("utf8").split("\n");
  const records = lines.filter((line) => line.trim() !== "").map(parseLine);
  const key = logs(request, request.parameter("stream"));
  return report(key, await ingestRecords(context, key, records));
}

function parseLine(line: string): JsonValue {
  try {
    return parseExact(line);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const [, reason, row, column] = /^(.*) at line (\d+) column (\d+)$/.exec(error.message) ?? [];
    const inner = `Error(${JSON.stringify(reason)}, line: ${row}, column: ${column})`;
    throw new ReplyError(message(400, `Error# Failed processing: JsonError(${inner})`));
  }
}

async function bulk(request: ServerRequest, context: ServerContext): Promise<Reply> {
  return json(200, await ingestBulk(context, request.organization, request.body.toString("utf8")));
}

/** Splunk's event collector: objects one after the other, each with its event, index and time. */
async function hec(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const byStream = new Map<string, JsonValue[]>();
  for (const line of request.body.toString("utf8").split("\n")) {
    if (line.trim() === "") continue;
    const entry = parseExact(line);
    if (!isObject(entry)) throw new NotAnObject();
    const name = typeof entry.index === "string" ? entry.index : "default";
    const event = isObject(entry.event) ? entry.event : { log: entry.event ?? null };
    const fields = isObject(entry.fields) ? entry.fields : {};
    const time = entry.time === undefined ? {} : { _timestamp: entry.time };
    const records = byStream.get(name) ?? [];
    byStream.set(name, records);
    records.push({ ...fields, ...event, ...time });
  }
  for (const [name, records] of byStream) await ingestRecords(context, logs(request, name), records);
  return json(200, { text: "Success", code: 200 });
}

async function loki(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const type = request.headers["content-type"] ?? "";
  for (const [name, records] of lokiRecords(type, request.body)) {
    await ingestRecords(context, logs(request, name), records);
  }
  return empty(204);
}

async function metrics(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const outcomes = await ingestMetricsJson(context, request.organization, request.body.toString("utf8"));
  return json(200, { code: 200, status: outcomes.map(([name, outcome]) => statusOf(name, outcome)) });
}
