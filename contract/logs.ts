import { z } from "zod";
import { attributes, count, flag, milliseconds, oneOf, text } from "./fields.js";

/** What every command, query and event record carries. `timestamp` is kept as a field; the event time that
 * the server uses travels beside it as `_timestamp` (microseconds), see `eventTimeField`. */
export const commonFields = {
  timestamp: text({ description: "When it happened, UTC, ISO 8601" }),
  level: oneOf(["DEBUG", "INFO", "WARN", "ERROR"], { description: "Log level" }),
  env: text({ description: "Environment, such as dev or prod" }),
  service: text({ description: "Name of the service", index: "secondary" }),
  version: text({ description: "Release of the service; the release gate compares by it" }),
  region: text({ description: "Where the service runs" }),
  source: oneOf(["apiserver", "worker"], { description: "Which kind of process wrote the record" }),
  bus: oneOf(["command", "query", "event"], { description: "Which bus handled the message" }),
  recordId: text({ description: "Unique per record; a resent record keeps it, so duplicates can be told" }),
  traceId: text({ description: "Trace, 32 hex digits", index: "secondary" }),
  spanId: text({ description: "Span, 16 hex digits" }),
  requestId: text({ description: "Request of the caller", index: "secondary" }),
  tenant: text({ description: "Tenant of the caller" }).optional(),
  userId: text({ description: "Opaque id of the user; never an e-mail address" }).optional(),
  retries: count({ description: "How often the operation was tried again before this record" }).optional(),
  message: text({ description: "For people", index: "fullText", pii: "freeText" }).optional(),
  error: text({ description: "Message of the error", index: "fullText", pii: "freeText" }).optional(),
  payload: text({ description: "Message body as text, when logged at all", pii: "freeText" }).optional(),
  user_email: text({ description: "E-mail address of the user", pii: "email" }).optional(),
  user_phone: text({ description: "Phone number of the user", pii: "phone" }).optional(),
  attributes: attributes({ description: "The application's own facts", pii: "freeText" }).optional(),
};

/** A command that started, succeeded or failed. */
export const commandLog = z.strictObject({
  ...commonFields,
  type: text({ description: "Class of the command", index: "secondary" }),
  id: text({ description: "Id of this command" }),
  status: oneOf(["start", "success", "error"], { description: "How far it came" }),
  handler: text({ description: "Class of the handler" }),
  duration_ms: milliseconds({ description: "Time from start to the end" }).optional(),
  retry_count: count({ description: "Retries of this command" }).optional(),
  error_code: text({ description: "Stable code of the error" }).optional(),
  payload_size: count({ description: "Size of the payload in bytes" }).optional(),
});

/** A query that was answered, from the cache or by its handler. */
export const queryLog = z.strictObject({
  ...commonFields,
  type: text({ description: "Class of the query", index: "secondary" }),
  status: oneOf(["success", "error"], { description: "How it ended" }),
  cache_key: text({ description: "Key in the query cache", index: "secondary" }),
  cache_hit: flag({ description: "Whether the cache answered" }),
  stale: flag({ description: "Whether the answer was stale and a refresh was started" }),
  duration_ms: milliseconds({ description: "Time until the answer" }),
  result_size: count({ description: "Size of the result in bytes" }).optional(),
  handler: text({ description: "Class of the handler" }),
  error_code: text({ description: "Stable code of the error" }).optional(),
});

/** An event that was published, handled by a subscriber, or failed in one. */
export const eventLog = z.strictObject({
  ...commonFields,
  type: text({ description: "Class of the event", index: "secondary" }),
  status: oneOf(["published", "handled", "error"], { description: "How far it came" }),
  subscriber: text({ description: "Class of the subscriber; the publisher's for published" }),
  handler: text({ description: "Class of the handler" }),
  duration_ms: milliseconds({ description: "Time in the subscriber" }).optional(),
  dlq: flag({ description: "Whether it went to the dead-letter queue" }),
  error_code: text({ description: "Stable code of the error" }).optional(),
});

/** A line of the application's own log, such as its logger writes beside the records of the three buses. */
export const applicationLog = z
  .strictObject({
    ...commonFields,
    logger: text({
      description: "Part of the application that wrote the line",
      index: "secondary",
    }).optional(),
  })
  .omit({ bus: true });

/** The stream of the application's own log: noisy, so apart from the three that dashboards and alerts read. */
export const applicationLogStream = "cqrs-app";

export type CQRSApplicationLog = z.infer<typeof applicationLog>;
export type CQRSCommandLog = z.infer<typeof commandLog>;
export type CQRSQueryLog = z.infer<typeof queryLog>;
export type CQRSEventLog = z.infer<typeof eventLog>;

/** The field the server takes the event time from, in microseconds since 1970. */
export const eventTimeField = "_timestamp";

/** Fields that every stored record must have for the acceptance check of completeness. */
export const acceptanceFields = [
  "timestamp",
  "env",
  "service",
  "version",
  "traceId",
  "spanId",
  "requestId",
  "type",
  "handler",
] as const satisfies readonly (keyof CQRSCommandLog)[];
