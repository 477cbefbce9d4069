import type { PartitionKey, StreamSettings } from "../store/records.js";
import type { VersionBehaviour } from "../versions.js";

/** What a stream has that was never given settings. */
export const implicitSettings: StreamSettings = {
  partition_time_level: "hourly",
  partition_keys: [],
  full_text_search_keys: [],
  index_fields: [],
  bloom_filter_fields: [],
  distinct_value_fields: [],
  data_retention: 0,
  max_query_range: 0,
  storage_type: "normal",
  store_original_data: false,
  approx_partition: false,
  index_updated_at: 0,
  extended_retention_days: [],
  index_original_data: false,
  index_all_values: false,
  enable_distinct_fields: true,
  enable_log_patterns_extraction: false,
  defined_schema_fields: [],
  flatten_level: null,
  is_llm_stream: false,
};

/** As the API answers them. Partition keys go in as a list and come back as a map. */
export function presentSettings(
  settings: StreamSettings,
  version: VersionBehaviour,
): Record<string, unknown> {
  const {
    partition_time_level,
    partition_keys,
    storage_type,
    defined_schema_fields,
    flatten_level,
    ...rest
  } = settings;
  return {
    ...(version.streams.timeLevel && { partition_time_level }),
    partition_keys: partitionMap(partition_keys),
    ...rest,
    ...(version.streams.storageType && { storage_type }),
    ...(defined_schema_fields.length > 0 && { defined_schema_fields }),
    ...(flatten_level !== null && { flatten_level }),
  };
}

const partitionMap = (keys: readonly PartitionKey[]): Record<string, PartitionKey> =>
  Object.fromEntries(keys.map((key, level) => [`L${level}`, key]));
