import { type ServerContext } from "../context.js";
import { type StreamKey } from "../data/store.js";
import { type Outcome } from "../ingest/write.js";
import { InvalidOtlpJson, parseOtlpJson, withServerLosses } from "../otlp/json.js";
import { ingestOtlpLogs } from "../otlp/logs.js";
import { type LogsRequest, type MetricsRequest, type TracesRequest } from "../otlp/messages.js";
import { ingestOtlpMetrics } from "../otlp/metrics.js";
import { decodeRequest, encodeResponse, InvalidProtobuf, type Signal } from "../otlp/protocol.js";
import { ingestOtlpTraces } from "../otlp/traces.js";
import { JsonSyntaxError } from "../serde/json.js";
import { failure, json, raw, type Reply } from "../server/reply.js";
import { type Area, post, type ServerRequest } from "../server/route.js";
import { rewriteStreamName } from "../streams/names.js";
import { StreamBeingDeleted } from "../streams/registry.js";

/** OTLP over HTTP, in protobuf and JSON. */
export const otlpRoutes: Area = () => [
  post("/api/:org/v1/logs", logs),
  post("/api/:org/v1/metrics", metrics),
  post("/api/:org/v1/traces", traces),
  post("/api/:org/traces", traces),
  post("/api/:org/otel/v1/traces", traces),
];

type Format = "json" | "protobuf";

const contentTypes: Readonly<Record<Format, string>> = {
  json: "application/json",
  protobuf: "application/x-protobuf",
};

/** The message and how it came, which is how the answer goes back. */
function read(signal: Signal, { headers, body }: ServerRequest): { format: Format; message: unknown } {
  const type = headers["content-type"] ?? contentTypes.protobuf;
  try {
    if (type === contentTypes.protobuf) return { format: "protobuf", message: decodeRequest(signal, body) };
    if (type.startsWith(contentTypes.json))
      return { format: "json", message: parseOtlpJson(body.toString("utf8")) };
  } catch (error) {
    if (error instanceof InvalidProtobuf) throw failure(400, `Invalid proto: ${error.message}`);
    if (error instanceof JsonSyntaxError || error instanceof InvalidOtlpJson) {
      throw failure(400, `Invalid json: ${error.message}`);
    }
    throw error;
  }
  throw failure(400, "Bad Request");
}

/** The header `stream-name` chooses the stream of logs and traces. */
function streamKey({ organization, headers }: ServerRequest, type: "logs" | "traces"): StreamKey {
  const name = headers["stream-name"];
  return { organization, type, name: typeof name === "string" ? rewriteStreamName(name) : "default" };
}

async function logs(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { format, message } = read("logs", request);
  const outcome = await guarded(() =>
    ingestOtlpLogs(context, streamKey(request, "logs"), message as LogsRequest),
  );
  const partial = outcome.failed > 0 && {
    rejectedLogRecords: outcome.failed,
    errorMessage: outcome.error ?? "",
  };
  // Protobuf even where the content type says JSON, as observed.
  return raw(200, contentTypes[format], encodeResponse("logs", partial || undefined));
}

async function metrics(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { format, message } = read("metrics", request);
  const data = format === "json" ? withServerLosses(message as MetricsRequest) : (message as MetricsRequest);
  await guarded(() => ingestOtlpMetrics(context, request.organization, data));
  return answer("metrics", format);
}

const rejectedSpans = "Some spans were rejected due to exceeding the allowed retention period";

async function traces(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { format, message } = read("traces", request);
  const key = streamKey(request, "traces");
  const { failed }: Outcome = await guarded(() => ingestOtlpTraces(context, key, message as TracesRequest));
  return answer(
    "traces",
    format,
    failed > 0 ? { rejectedSpans: failed, errorMessage: rejectedSpans } : undefined,
  );
}

function answer(signal: Signal, format: Format, partialSuccess?: Readonly<Record<string, unknown>>): Reply {
  if (format === "protobuf") return raw(200, contentTypes.protobuf, encodeResponse(signal, partialSuccess));
  return json(partialSuccess ? 206 : 200, { partialSuccess: partialSuccess ?? null });
}

async function guarded<T>(ingest: () => Promise<T>): Promise<T> {
  try {
    return await ingest();
  } catch (error) {
    if (error instanceof StreamBeingDeleted) throw failure(400, `Error# ${error.message}`);
    throw error;
  }
}
