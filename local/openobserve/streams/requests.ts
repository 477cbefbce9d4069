import type { ColumnType } from "../data/store.js";
import {
  anything,
  array,
  boolean,
  type Decoded,
  type Decoder,
  either,
  i64,
  map,
  optional,
  record,
  string,
  struct,
  variant,
  withDefault,
} from "../serde/decoder.js";
import type { PartitionKey } from "../store/records.js";
import type { VersionBehaviour } from "../versions.js";

/** The bodies that the stream routes read. */

const list = <T>(item: Decoder<T>): Decoder<T[]> => withDefault(array(item), () => []);

const field = struct("struct StreamField", { name: string, type: string });

const partitionKey: Decoder<PartitionKey> = struct("struct StreamPartition", {
  field: string,
  types: withDefault(
    either<PartitionKey["types"]>(record(i64), variant("value", "prefix")),
    (): PartitionKey["types"] => "value",
  ),
  disabled: withDefault(boolean, () => false),
});

const timeRange = struct("struct TimeRange", { start: i64, end: i64 });

/** Only one version knows the key; to the other it is one of the unknown keys, which are ignored. */
const timeLevel = ({ streams }: VersionBehaviour): Decoder<string | undefined> =>
  optional(streams.timeLevel ? variant("unset", "hourly", "daily") : map(anything, () => undefined));

export const createRequest = (version: VersionBehaviour) =>
  struct("struct StreamCreate", {
    fields: array(field),
    settings: struct("struct StreamSettings", {
      partition_time_level: timeLevel(version),
      partition_keys: list(partitionKey),
      full_text_search_keys: list(string),
      index_fields: list(string),
      bloom_filter_fields: list(string),
      distinct_value_fields: list(anything),
      data_retention: withDefault(i64, () => 0),
      max_query_range: withDefault(i64, () => 0),
      storage_type: optional(string),
      store_original_data: withDefault(boolean, () => false),
      approx_partition: withDefault(boolean, () => false),
      extended_retention_days: list(timeRange),
      index_original_data: withDefault(boolean, () => false),
      index_all_values: withDefault(boolean, () => false),
      enable_distinct_fields: withDefault(boolean, () => false),
      enable_log_patterns_extraction: withDefault(boolean, () => false),
      defined_schema_fields: map(optional(array(string)), (fields) => fields ?? []),
      flatten_level: optional(i64),
      is_llm_stream: withDefault(boolean, () => false),
    }),
  });

const delta = <T>(item: Decoder<T>) =>
  withDefault(struct("struct UpdateSettingsWrapper", { add: list(item), remove: list(item) }), () => ({
    add: [],
    remove: [],
  }));

export const updateRequest = (version: VersionBehaviour) =>
  struct("struct UpdateStreamSettings", {
    fields: delta(field),
    partition_time_level: timeLevel(version),
    partition_keys: delta(partitionKey),
    full_text_search_keys: delta(string),
    index_fields: delta(string),
    bloom_filter_fields: delta(string),
    distinct_value_fields: delta(string),
    data_retention: optional(i64),
    flatten_level: optional(i64),
    defined_schema_fields: delta(string),
    max_query_range: optional(i64),
    storage_type: optional(string),
    store_original_data: optional(boolean),
    approx_partition: optional(boolean),
    extended_retention_days: delta(timeRange),
    index_original_data: optional(boolean),
    index_all_values: optional(boolean),
    enable_distinct_fields: optional(boolean),
    enable_log_patterns_extraction: optional(boolean),
    is_llm_stream: optional(boolean),
  });

export type UpdateRequest = Decoded<ReturnType<typeof updateRequest>>;
export type CreateRequest = Decoded<ReturnType<typeof createRequest>>;

export const updateFieldsRequest = struct("struct UpdateFields", {
  fields: array(struct("struct FieldUpdate", { name: string, data_type: string })),
});

export const deleteFieldsRequest = struct("struct StreamDeleteFields", { fields: array(string) });

const columnTypes: Readonly<Record<string, ColumnType>> = {
  utf8: "Utf8",
  largeutf8: "Utf8",
  int64: "Int64",
  uint64: "UInt64",
  float64: "Float64",
  boolean: "Boolean",
};

/** Undefined for a type that the server does not have. */
export const columnType = (name: string): ColumnType | undefined => columnTypes[name.toLowerCase()];
