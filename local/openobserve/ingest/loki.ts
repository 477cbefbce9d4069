import { unsupported } from "../server/reply.js";
import { isObject, type JsonValue, parseExact } from "./json.js";

/**
 * The records of a Loki push, by stream: the label `stream_name` chooses it, else it is `default`; labels and
 * structured metadata become fields beside the line, which is `message`.
 * @throws ReplyError 501 for Loki's protobuf form
 */
export function lokiRecords(contentType: string, body: Buffer): Map<string, JsonValue[]> {
  if (!contentType.includes("json")) throw unsupported("Loki pushes in protobuf");
  const streams = new Map<string, JsonValue[]>();
  const parsed = parseExact(body.toString("utf8"));
  const pushed =
    isObject(parsed) && Array.isArray(parsed.streams) ? (parsed.streams as readonly JsonValue[]) : [];
  for (const entry of pushed) {
    if (!isObject(entry)) continue;
    const labels = isObject(entry.stream) ? entry.stream : {};
    const { stream_name } = labels;
    const name = typeof stream_name === "string" && stream_name !== "" ? stream_name : "default";
    const records = streams.get(name) ?? [];
    streams.set(name, records);
    for (const value of Array.isArray(entry.values) ? (entry.values as readonly JsonValue[]) : []) {
      const [time, line, more] = value as readonly JsonValue[];
      records.push({
        ...labels,
        ...(isObject(more) ? more : {}),
        message: line ?? null,
        _timestamp: time ?? null,
      });
    }
  }
  return streams;
}
