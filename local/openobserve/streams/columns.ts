import type { ServerContext } from "../context.js";
import type { Column, StreamKey } from "../data/store.js";

/**
 * The columns that the server tells of a stream; undefined when there is no such stream. All streams have a time,
 * except those of metrics whose samples all went to the streams of their parts: of a histogram, the server lists
 * the stream of its own name too, without a column, and no search finds it.
 */
export function columnsOf({ data, streams }: ServerContext, key: StreamKey): readonly Column[] | undefined {
  const columns = data.columns(key);
  const onlyTime = columns?.length === 1;
  const isBare = key.type === "metrics" && onlyTime && streams.record(key)?.declared === undefined;
  return isBare ? [] : columns;
}
