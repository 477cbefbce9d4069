import { type ServerContext } from "../context.js";
import { type StreamKey } from "../data/store.js";
import { type JsonValue } from "../ingest/json.js";
import { ingestRecords, type Outcome } from "../ingest/write.js";
import { type LogRecord, type LogsRequest } from "./messages.js";
import { microsOfNanos, nanos, textValue, toObject, typedValue } from "./values.js";

/** A log record is one row: resource attributes, scope, record and record attributes side by side. */
export function ingestOtlpLogs(
  context: ServerContext,
  key: StreamKey,
  request: LogsRequest,
): Promise<Outcome> {
  const records: JsonValue[] = [];
  for (const { resource, scopeLogs = [] } of request.resourceLogs ?? []) {
    const resourceFields = toObject(resource?.attributes, typedValue);
    for (const { scope, logRecords = [] } of scopeLogs) {
      const scopeFields = {
        ...(scope?.name && { instrumentation_library_name: scope.name }),
        ...(scope?.version && { instrumentation_library_version: scope.version }),
      };
      for (const record of logRecords)
        records.push({ ...resourceFields, ...scopeFields, ...fieldsOf(record) });
    }
  }
  return ingestRecords(context, key, records);
}

function fieldsOf(record: LogRecord): Record<string, JsonValue> {
  const time = nanos(record.timeUnixNano) || nanos(record.observedTimeUnixNano);
  return {
    // A record without any time is from 1970, not from now.
    _timestamp: Math.max(1, microsOfNanos(time)),
    severity: [record.severityText, record.severityNumber].find(Boolean) ?? 0,
    body: textValue(record.body),
    dropped_attributes_count: record.droppedAttributesCount ?? 0,
    ...toObject(record.attributes, typedValue),
    ...(isId(record.traceId, 32) && { trace_id: record.traceId.toLowerCase() }),
    ...(isId(record.spanId, 16) && { span_id: record.spanId.toLowerCase() }),
  };
}

/** All zeros is no id. */
const isId = (id: string | undefined, length: number): id is string =>
  id?.length === length && !/^0+$/.test(id);
