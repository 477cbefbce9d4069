import { rewriteStreamName } from "../streams/names.js";
import { type ServerContext } from "../context.js";
import { isObject, type JsonObject, type JsonValue, parseExact } from "./json.js";
import { ingestRecords } from "./write.js";

interface BulkReply {
  readonly took: number;
  readonly errors: boolean;
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Elasticsearch's bulk format: an action line, then its record. Actions without an index are passed over
 * together with their record. The answer lists what failed first, and every action as `index`.
 * @throws JsonSyntaxError; nothing is stored then
 */
export async function ingestBulk(
  context: ServerContext,
  organization: string,
  body: string,
): Promise<BulkReply> {
  const failures: Readonly<Record<string, unknown>>[] = [];
  const successes: Readonly<Record<string, unknown>>[] = [];
  for (const [name, records] of recordsByStream(body)) {
    const key = { organization, type: "logs", name } as const;
    const outcome = await ingestRecords(context, key, records, {
      onRejected: (_, reason) => failures.push(failureItem(name, reason)),
    });
    for (let i = 0; i < outcome.successful; i++) successes.push(successItem(name));
  }
  return { took: 0, errors: failures.length > 0, items: [...failures, ...successes] };
}

function recordsByStream(body: string): Map<string, JsonValue[]> {
  const streams = new Map<string, JsonValue[]>();
  let name: string | undefined;
  let expectsRecord = false;
  for (const line of body.split("\n")) {
    if (line.trim() === "") continue;
    const parsed = parseExact(line);
    if (!expectsRecord) {
      name = indexOf(parsed);
      expectsRecord = true;
      continue;
    }
    expectsRecord = false;
    if (name === undefined) continue;
    const records = streams.get(name) ?? [];
    streams.set(name, records);
    records.push(parsed);
  }
  return streams;
}

function indexOf(action: JsonValue): string | undefined {
  const details = isObject(action) ? Object.values(action)[0] : undefined;
  const index: JsonObject["_index"] = isObject(details) ? details._index : undefined;
  return typeof index === "string" && index !== "" ? rewriteStreamName(index) : undefined;
}

const successItem = (name: string) => ({
  index: {
    _index: name,
    _id: "",
    _version: 1,
    result: "created",
    _shards: { total: 1, successful: 1, failed: 0 },
    _seq_no: 1,
    _primary_term: 1,
    status: 200,
  },
});

const failureItem = (name: string, reason: string) => ({
  index: {
    _index: name,
    _id: "",
    status: 422,
    error: { type: "timestamp_parsing_failed", reason, index_uuid: "0", shard: "1", index: name },
    originalRecord: null,
  },
});
