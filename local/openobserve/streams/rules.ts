import type { Column } from "../data/store.js";
import type { PartitionKey, StreamSettings } from "../store/records.js";
import type { VersionBehaviour } from "../versions.js";
import type { CreateRequest, UpdateRequest } from "./requests.js";

/** The rules that stream settings obey. All are pure; a broken rule is a text, worded as the server words it. */

/** Undefined when the settings may be saved. */
export function brokenRule(
  settings: StreamSettings,
  columns: readonly Column[],
  version: VersionBehaviour,
): string | undefined {
  const text = new Set(settings.full_text_search_keys);
  const both = settings.index_fields.filter((name) => text.has(name));
  if (both.length > 0)
    return `Field(s) '${both.join("', '")}' cannot have both Full Text Search and Secondary Index. Please choose only one index type per field.`;
  for (const name of text) {
    const column = columns.find((each) => each.name === name);
    if (!column) return `field [${name}] not found in schema`;
    if (column.type !== "Utf8") return `full text search field [${name}] must be text field`;
  }
  const reserved = settings.partition_keys.find(
    ({ field, disabled }) => !disabled && version.defaultFullTextFields.includes(field),
  );
  return reserved && `field [${reserved.field}] can't be used for partition key`;
}

/** `defined` are columns that join the defined ones without being asked. */
export function settingsOfCreate({ settings }: CreateRequest, defined: readonly Column[]): StreamSettings {
  const names = [...settings.defined_schema_fields, ...defined.map(({ name }) => name)];
  return {
    ...settings,
    defined_schema_fields: [...new Set(names)],
    partition_time_level: settings.partition_time_level ?? "hourly",
    storage_type: settings.storage_type ?? "normal",
    flatten_level: settings.flatten_level ?? null,
    index_updated_at: 0,
  };
}

/** Lists change by what is added and removed, the rest is replaced where it is given. */
export function applyUpdate(
  old: StreamSettings,
  change: UpdateRequest,
  columns: readonly Column[],
  now: number,
): StreamSettings {
  const known = new Set(columns.map(({ name }) => name));
  const indexChanged = change.index_fields.add.length + change.index_fields.remove.length > 0;
  return {
    partition_time_level: change.partition_time_level ?? old.partition_time_level,
    partition_keys: changePartitions(old.partition_keys, change.partition_keys),
    full_text_search_keys: changeList(old.full_text_search_keys, change.full_text_search_keys),
    index_fields: changeList(old.index_fields, change.index_fields),
    bloom_filter_fields: changeList(old.bloom_filter_fields, change.bloom_filter_fields),
    distinct_value_fields: changeDistinct(old.distinct_value_fields, change.distinct_value_fields, now),
    data_retention: change.data_retention ?? old.data_retention,
    max_query_range: change.max_query_range ?? old.max_query_range,
    storage_type: change.storage_type ?? old.storage_type,
    store_original_data: change.store_original_data ?? old.store_original_data,
    approx_partition: change.approx_partition ?? old.approx_partition,
    index_updated_at: indexChanged ? now : old.index_updated_at,
    extended_retention_days: changeRanges(old.extended_retention_days, change.extended_retention_days),
    index_original_data: change.index_original_data ?? old.index_original_data,
    index_all_values: change.index_all_values ?? old.index_all_values,
    enable_distinct_fields: change.enable_distinct_fields ?? old.enable_distinct_fields,
    enable_log_patterns_extraction:
      change.enable_log_patterns_extraction ?? old.enable_log_patterns_extraction,
    // Only columns that exist are taken in.
    defined_schema_fields: changeList(old.defined_schema_fields, {
      add: change.defined_schema_fields.add.filter((name) => known.has(name)),
      remove: change.defined_schema_fields.remove,
    }),
    flatten_level: change.flatten_level ?? old.flatten_level,
    is_llm_stream: change.is_llm_stream ?? old.is_llm_stream,
  };
}

interface Delta<T> {
  readonly add: readonly T[];
  readonly remove: readonly T[];
}

const changeList = (old: readonly string[], { add, remove }: Delta<string>): string[] => {
  const kept = old.filter((each) => !remove.includes(each));
  return [...new Set([...kept, ...add])];
};

/** A removed partition key stays, disabled: the data is on the disk by it. */
function changePartitions(
  old: readonly PartitionKey[],
  { add, remove }: Delta<PartitionKey>,
): PartitionKey[] {
  const removed = new Set(remove.map(({ field }) => field));
  const added = new Set(add.map(({ field }) => field));
  const known = new Set(old.map(({ field }) => field));
  return [
    ...old.map((key) => ({
      ...key,
      disabled: added.has(key.field) ? false : key.disabled || removed.has(key.field),
    })),
    ...add.filter(({ field }) => !known.has(field)),
  ];
}

interface TimeRange {
  readonly start: number;
  readonly end: number;
}

const changeRanges = (old: readonly TimeRange[], { add, remove }: Delta<TimeRange>): TimeRange[] => [
  ...old.filter(({ start, end }) => !remove.some((each) => each.start === start && each.end === end)),
  ...add,
];

function changeDistinct(
  old: readonly unknown[],
  { add, remove }: Delta<string>,
  now: number,
): readonly unknown[] {
  const nameOf = (each: unknown): unknown =>
    typeof each === "object" && each !== null && "name" in each ? each.name : each;
  const kept = old.filter((each) => !remove.includes(String(nameOf(each))));
  const names = new Set(kept.map(nameOf));
  return [...kept, ...add.filter((name) => !names.has(name)).map((name) => ({ name, added_ts: now }))];
}
