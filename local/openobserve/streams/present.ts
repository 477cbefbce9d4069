import type { ServerContext } from "../context.js";
import type { Column, StreamKey } from "../data/store.js";
import type { StreamRecord, StreamSettings } from "../store/records.js";
import { implicitSettings, presentSettings } from "./settings.js";

const noStats = {
  doc_time_min: 0,
  doc_time_max: 0,
  doc_num: 0,
  file_num: 0,
  storage_size: 0,
  compressed_size: 0,
  index_size: 0,
};

/** A stream as `/schema` answers it: as the list does, and the columns that the settings define, if any. */
export async function presentSchema(
  context: ServerContext,
  key: StreamKey,
  columns: readonly Column[],
): Promise<Record<string, unknown>> {
  const { defined_schema_fields: names } = context.streams.settings(key);
  const stream = await presentStream(context, key, columns);
  if (names.length === 0) return stream;
  return { ...stream, uds_schema: stream.schema.filter(({ name }) => names.includes(name)) };
}

/** A stream as the list with `fetchSchema=true` answers it. */
export async function presentStream(
  context: ServerContext,
  key: StreamKey,
  columns: readonly Column[],
): Promise<Record<string, unknown> & { readonly schema: readonly Column[] }> {
  const record = context.streams.record(key);
  const settings = context.streams.settings(key);
  const schema = inOrder(columns, record);
  return {
    name: key.name,
    storage_type: "disk",
    stream_type: key.type,
    stats: await presentStats(context, key, record),
    schema,
    settings: presentSettings(settings, context.version),
    ...metricsOf(key, record),
    total_fields: schema.length,
  };
}

/** A stream as the list without `fetchSchema` answers it: no schema, and on the older server no settings either. */
export async function presentStreamBriefly(
  context: ServerContext,
  key: StreamKey,
): Promise<Record<string, unknown>> {
  const known = context.version.streams.listShowsSettings;
  return {
    name: key.name,
    storage_type: "disk",
    stream_type: key.type,
    stats: known
      ? await presentStats(context, key, context.streams.record(key))
      : { created_at: 0, ...noStats },
    schema: [],
    settings: presentSettings(known ? context.streams.settings(key) : unknownSettings(key), context.version),
    ...metricsOf(key, known ? context.streams.record(key) : undefined),
    total_fields: 0,
  };
}

/** The counts of the server come from a job that runs every ten minutes; a young stream has none. */
async function presentStats(
  context: ServerContext,
  key: StreamKey,
  record: StreamRecord | undefined,
): Promise<Record<string, number>> {
  const created = record?.createdAt ?? 0;
  if (context.clock.micros() - created < context.options.statsDelaySeconds * 1_000_000)
    return { created_at: created, ...noStats };
  const { records, oldest, newest, bytes } = await context.data.stats(key);
  const megabytes = bytes / 1024 / 1024;
  return {
    created_at: created,
    ...noStats,
    doc_time_min: oldest,
    doc_time_max: newest,
    doc_num: records,
    storage_size: megabytes,
    compressed_size: megabytes,
  };
}

/** The order of the create request, until other columns come; from then on by name. */
function inOrder(columns: readonly Column[], record: StreamRecord | undefined): readonly Column[] {
  const rank = new Map(record?.declared?.map((name, index) => [name, index]));
  const declared = columns.every(({ name }) => rank.has(name));
  return [...columns]
    .map(({ name, type }) => ({ name, type }))
    .sort((left, right) =>
      declared ? (rank.get(left.name) ?? 0) - (rank.get(right.name) ?? 0) : left.name < right.name ? -1 : 1,
    );
}

/** What the server derives itself is cut into no times. */
const unknownSettings = ({ type }: StreamKey): StreamSettings =>
  type === "metadata" ? { ...implicitSettings, partition_time_level: "unset" } : implicitSettings;

function metricsOf({ type, name }: StreamKey, record: StreamRecord | undefined): Record<string, unknown> {
  return type === "metrics" ? { metrics_meta: record?.metrics ?? describeMetric(name) } : {};
}

/** What is said of a metric that nobody has described: only the parts of a histogram are known by their names. */
export const describeMetric = (name: string) => ({
  metric_type: /_(bucket|count|sum)$/.test(name) ? "Counter" : "",
  metric_family_name: name,
  help: name,
  unit: "",
});
