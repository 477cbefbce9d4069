import { type ServerContext } from "../context.js";
import { type StreamKey } from "../data/store.js";
import { stringify, type JsonValue } from "../ingest/json.js";
import { ingestRecords, type Outcome } from "../ingest/write.js";
import { implicitSettings } from "../streams/settings.js";
import { type KeyValue, type Resource, type Span, type TracesRequest } from "./messages.js";
import { microsOfNanos, nanos, textValue, toObject } from "./values.js";

const types = {
  duration: "Int64",
  end_time: "UInt64",
  flags: "Int64",
  start_time: "UInt64",
  status_code: "Int64",
} as const;

const serviceNameKey = "service.name";

/** Attribute names that are columns of every span; an attribute called so is kept under `attr_…`. */
const ownColumns = new Set(["_timestamp", "duration", "start_time", "end_time"]);

/** A span is one row. What has no proper id, or lies out of the allowed time, is rejected and counted. */
export async function ingestOtlpTraces(
  context: ServerContext,
  key: StreamKey,
  request: TracesRequest,
): Promise<Outcome> {
  const rows: JsonValue[] = [];
  let invalid = 0;
  // As on the server, a resource without a name gets that of the resource before it.
  let serviceName = key.name;
  for (const { resource, scopeSpans = [] } of request.resourceSpans ?? []) {
    serviceName = nameOf(resource) ?? serviceName;
    const service = serviceFields(resource);
    for (const span of scopeSpans.flatMap(({ spans = [] }) => spans)) {
      if (isId(span.traceId, 32) && isId(span.spanId, 16))
        rows.push({ ...spanFields(span, serviceName), ...service });
      else invalid++;
    }
  }
  const outcome = await ingestRecords(context, key, rows, { types });
  if (outcome.successful > 0) await ensureTraceIndex(context, key.organization);
  return { ...outcome, failed: outcome.failed + invalid };
}

const isId = (id: string | undefined, length: number): id is string => id?.length === length;

function nameOf(resource: Resource | null | undefined): string | undefined {
  const name = resource?.attributes?.find(({ key }) => key === serviceNameKey);
  return name?.value?.stringValue;
}

function serviceFields(resource: Resource | null | undefined): Record<string, JsonValue> {
  const others = (resource?.attributes ?? []).filter(({ key }) => key !== serviceNameKey);
  return Object.fromEntries(others.map(({ key, value }) => [`service_${key}`, textValue(value)]));
}

function spanFields(span: Span, serviceName: string): Record<string, JsonValue> {
  const [start, end] = [nanos(span.startTimeUnixNano), nanos(span.endTimeUnixNano)];
  const traceId = span.traceId?.toLowerCase() ?? "";
  return {
    trace_id: traceId,
    span_id: span.spanId?.toLowerCase() ?? "",
    flags: 1,
    span_status: statusName(span.status?.code),
    span_kind: String(span.kind ?? 0),
    operation_name: span.name ?? "",
    start_time: start,
    end_time: end,
    duration: microsOfNanos(end - start),
    ...(isId(span.parentSpanId, 16) && {
      "reference.parent_trace_id": traceId,
      "reference.parent_span_id": span.parentSpanId.toLowerCase(),
      "reference.ref_type": "ChildOf",
    }),
    service_name: serviceName,
    ...attributesOf(span.attributes),
    ...(span.status && { status_code: span.status.code ?? 0, status_message: span.status.message ?? "" }),
    events: stringify((span.events ?? []).map(eventOf)),
    links: stringify((span.links ?? []).map(linkOf)),
    _timestamp: Math.max(1, microsOfNanos(start)),
  };
}

const statusName = (code = 0) => ["UNSET", "OK", "ERROR"][code] ?? "UNSET";

function attributesOf(attributes: readonly KeyValue[] | undefined): Record<string, JsonValue> {
  const named = (attributes ?? []).map(({ key, value }) => ({
    key: ownColumns.has(key) ? `attr_${key}` : key,
    value,
  }));
  return toObject(named as readonly KeyValue[], textValue);
}

const eventOf = ({
  name = "",
  timeUnixNano,
  attributes,
}: NonNullable<Span["events"]>[number]): JsonValue => ({
  name,
  _timestamp: nanos(timeUnixNano),
  ...toObject(attributes, textValue),
});

const linkOf = (link: NonNullable<Span["links"]>[number]): JsonValue => ({
  context: {
    traceId: link.traceId ?? "",
    spanId: link.spanId ?? "",
    traceFlags: link.flags ?? 0,
    traceState: link.traceState ?? "",
  },
  ...toObject(link.attributes, textValue),
  droppedAttributesCount: link.droppedAttributesCount ?? 0,
});

/** The server keeps a stream of its own about traces, which shows in the list of streams. */
async function ensureTraceIndex(
  { data, streams, clock }: ServerContext,
  organization: string,
): Promise<void> {
  const key = { organization, type: "metadata", name: "trace_list_index" } as const;
  if (data.columns(key)) return;
  await data.create(key, []);
  await streams.save(key, {
    createdAt: clock.micros(),
    settings: { ...implicitSettings, partition_time_level: "unset", bloom_filter_fields: ["trace_id"] },
  });
}
