import { type ServerContext } from "../context.js";
import { type Decoder, boolean, i64, optional, string, struct, withDefault } from "../serde/decoder.js";
import { failure, json, raw, type Reply, ReplyError, unsupported } from "../server/reply.js";
import { type Area, get, type Handler, post, type ServerRequest } from "../server/route.js";
import { InternalSearchError, SearchError, streamNotFound, UnsupportedSql } from "../sql/errors.js";
import { defaultSize, search, type SearchQuery, type SearchResult } from "../sql/search.js";
import { newTraceId } from "../sql/trace-id.js";
import { stringify } from "../ingest/json.js";
import { streamType } from "../streams/names.js";

/** Search by SQL, and what is built on it. */
export const searchRoutes: Area = (context) => {
  const body = requestBody(context);
  return [
    post(
      "/api/:org/_search",
      searching((request, server) => searchReply(request, server, body)),
    ),
    post(
      "/api/:org/_search_stream",
      searching(() => {
        throw unsupported("searching by event stream (_search_stream); use _search");
      }),
    ),
    post(
      "/api/:org/_search_partition",
      searching((request, server) => partitions(request, server)),
    ),
    get("/api/:org/:stream/_values", searching(values)),
    get("/api/:org/:stream/_around", searching(around)),
  ];
};

/** Gives the search's errors their replies: an own code under 400, or 500 for what the server trips over. */
export function searching(handler: Handler): Handler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      if (error instanceof SearchError) {
        const { code, message, detail } = error;
        const trace_id = newTraceId(context.clock.micros());
        throw new ReplyError(json(400, { code, message, error_detail: detail, trace_id }));
      }
      if (error instanceof InternalSearchError) throw failure(500, `Error# ${error.message}`);
      if (error instanceof UnsupportedSql) throw unsupported(error.feature);
      throw error;
    }
  };
}

interface RequestBody {
  readonly query: {
    readonly sql: string;
    readonly start_time: number;
    readonly end_time: number;
    readonly from: number;
    readonly size: number | undefined;
    readonly track_total_hits: boolean;
  };
  readonly encoding: string | undefined;
}

function requestBody({ version }: ServerContext): Decoder<RequestBody> {
  const time = version.search.timeRangeRequired ? i64 : withDefault(i64, () => 0);
  return struct("struct Request", {
    query: struct("struct Query", {
      sql: withDefault(string, () => ""),
      start_time: time,
      end_time: time,
      from: withDefault(i64, () => 0),
      size: optional(i64),
      track_total_hits: withDefault(boolean, () => false),
    }),
    encoding: optional(string),
  });
}

async function searchReply(
  request: ServerRequest,
  context: ServerContext,
  body: Decoder<RequestBody>,
): Promise<Reply> {
  const { query, encoding } = request.json(body);
  const started = performance.now();
  const wanted: SearchQuery = {
    sql: encoding === "base64" ? Buffer.from(query.sql, "base64").toString("utf8") : query.sql,
    start: query.start_time,
    end: query.end_time,
    from: query.from,
    size: query.size ?? defaultSize,
    trackTotalHits: query.track_total_hits,
  };
  const result = await search(context, request.organization, streamType(request.query), wanted);
  return answer(responseOf(context, wanted, result, Math.round(performance.now() - started)));
}

const answer = (body: unknown): Reply => raw(200, "application/json", stringify(body));

/** The fields of an answer in the server's order. */
export function responseOf(
  context: ServerContext,
  { from, size, trackTotalHits }: SearchQuery,
  { hits, analysis, binSeconds, scannedRecords, restricted }: SearchResult,
  took: number,
): Record<string, unknown> {
  const [first] = analysis.order;
  const ordered = first !== undefined && trackTotalHits !== true;
  return {
    took,
    took_detail: {
      total: took,
      cache_took: 0,
      file_list_took: 0,
      wait_in_queue: 0,
      idx_took: 0,
      search_took: took,
    },
    hits,
    total: trackTotalHits === true ? (hits[0]?.zo_sql_num ?? 0) : hits.length,
    from,
    size,
    cached_ratio: 0,
    scan_size: 0,
    idx_scan_size: 0,
    scan_records: scannedRecords,
    trace_id: newTraceId(context.clock.micros()),
    ...(restricted && {
      function_error: [
        `Query duration is modified due to query range restriction of ${restricted.hours} hours`,
      ],
    }),
    is_partial: restricted !== undefined,
    ...(binSeconds !== undefined && { histogram_interval: binSeconds }),
    ...(restricted && { new_start_time: restricted.start, new_end_time: restricted.end }),
    result_cache_ratio: 0,
    ...(ordered && { order_by: first[1], order_by_metadata: analysis.order }),
    is_histogram_eligible: analysis.histogramEligible,
    peak_memory_usage: 0,
  };
}

const integer = (request: ServerRequest, name: string): number | undefined => {
  const text = request.query.get(name);
  return text !== null && /^-?\d+$/.test(text) ? Number(text) : undefined;
};

/** How often each value of some fields occurs, the most frequent first. */
async function values(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const stream = request.parameter("stream");
  const type = streamType(request.query);
  const fields = (request.query.get("fields") ?? "").split(",").filter((field) => field !== "");
  const [start, end] = [integer(request, "start_time"), integer(request, "end_time")];
  if (fields.length === 0) throw failure(400, "fields is empty");
  if (start === undefined) throw failure(400, "start_time is empty");
  if (end === undefined) throw failure(400, "end_time is empty");
  const [from, size] = [integer(request, "from") ?? 0, integer(request, "size") ?? 10];
  if (!context.data.columns({ organization, type, name: stream })) throw streamNotFound(stream);
  const started = performance.now();
  let scanned = 0;
  const hits: unknown[] = [];
  for (const field of fields) {
    const name = field.replaceAll('"', '""');
    const sql = `SELECT "${name}" AS zo_sql_key, count(*) AS zo_sql_num FROM "${stream}" GROUP BY zo_sql_key ORDER BY zo_sql_num DESC, zo_sql_key`;
    const result = await search(context, organization, type, { sql, start, end, from, size });
    scanned += result.scannedRecords;
    hits.push({
      field,
      values: result.hits.map((hit) => ({ zo_sql_key: hit.zo_sql_key ?? "", zo_sql_num: hit.zo_sql_num })),
    });
  }
  return answer({
    ...shortResponse(hits, from, size, scanned, started),
    peak_memory_usage: 0,
  });
}

const noDetail = {
  total: 0,
  cache_took: 0,
  file_list_took: 0,
  wait_in_queue: 0,
  idx_took: 0,
  search_took: 0,
};

const shortResponse = (
  hits: readonly unknown[],
  from: number,
  size: number,
  scanned: number,
  started: number,
) => ({
  took: Math.round(performance.now() - started),
  took_detail: noDetail,
  hits,
  total: hits.length,
  from,
  size,
  cached_ratio: 0,
  scan_size: 0,
  idx_scan_size: 0,
  scan_records: scanned,
  is_partial: false,
  result_cache_ratio: 0,
});

/** The records just before and just after a point in time, half of `size` each, the newest first. */
async function around(request: ServerRequest, context: ServerContext): Promise<Reply> {
  const { organization } = request;
  const stream = request.parameter("stream");
  const key = integer(request, "key");
  if (key === undefined) throw failure(400, "around key is empty");
  const size = integer(request, "size") ?? 10;
  const half = Math.floor(size / 2);
  const day = 86_400_000_000;
  const started = performance.now();
  const run = async (order: "ASC" | "DESC", start: number, end: number) => {
    const sql = `SELECT * FROM "${stream}" ORDER BY _timestamp ${order}`;
    const type = streamType(request.query);
    return (await search(context, organization, type, { sql, start, end, from: 0, size: half })).hits;
  };
  const after = await run("ASC", key, key + day);
  const before = await run("DESC", key - day, key);
  return answer(shortResponse([...[...after].reverse(), ...before], 0, size, 0, started));
}

const partitionBody = struct("struct SearchPartitionRequest", {
  sql: string,
  start_time: i64,
  end_time: i64,
});

/** How a browser would cut a long search into pieces: the newest minute first. */
function partitions(request: ServerRequest, context: ServerContext): Reply {
  const { start_time: start, end_time: end } = request.json(partitionBody);
  const minute = Math.max(start, end - 60_000_000);
  return json(200, {
    trace_id: newTraceId(context.clock.micros()),
    file_num: 0,
    records: 0,
    original_size: 0,
    compressed_size: 0,
    max_query_range: 0,
    partitions:
      minute > start
        ? [
            [minute, end],
            [start, minute],
          ]
        : [[start, end]],
    order_by: "desc",
    limit: 0,
    streaming_output: false,
    streaming_aggs: false,
    streaming_id: null,
    is_histogram_eligible: true,
  });
}
