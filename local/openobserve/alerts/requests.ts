import { emptyQueryCondition, queryCondition, triggerCondition } from "../conditions/query.js";
import {
  anything,
  array,
  boolean,
  buffered,
  type Decoded,
  i32,
  i64,
  object,
  optional,
  record,
  string,
  struct,
  variant,
  withDefault,
} from "../serde/decoder.js";
import type { VersionBehaviour } from "../versions.js";

/** The bodies that the alert routes read. */

const streamTypes = [
  "logs",
  "metrics",
  "traces",
  "enrichment_tables",
  "file_list",
  "metadata",
  "index",
] as const;

/** A trigger that the body does not mention at all does not even align its time. */
const noTrigger = (): Decoded<typeof triggerCondition> => ({
  period: 0,
  operator: "=",
  threshold: 0,
  frequency: 0,
  cron: "",
  frequency_type: "minutes",
  silence: 0,
  timezone: undefined,
  tolerance_in_secs: null,
  align_time: false,
});

const fields = ({ alerts }: VersionBehaviour) => ({
  id: optional(string),
  name: withDefault(string, () => ""),
  org_id: withDefault(string, () => ""),
  stream_type: withDefault(variant(...streamTypes), () => "logs" as const),
  stream_name: withDefault(string, () => ""),
  is_real_time: withDefault(boolean, () => false),
  query_condition: withDefault(queryCondition, () => emptyQueryCondition),
  trigger_condition: withDefault(triggerCondition, noTrigger),
  destinations: alerts.destinationsDefault ? withDefault(array(string), () => []) : array(string),
  template: optional(string),
  context_attributes: optional(record(string)),
  row_template: withDefault(string, () => ""),
  row_template_type: withDefault(variant("String", "Json"), () => "String" as const),
  description: withDefault(string, () => ""),
  enabled: withDefault(boolean, () => false),
  tz_offset: withDefault(i32, () => 0),
  last_triggered_at: optional(i64),
  last_satisfied_at: optional(i64),
  owner: optional(string),
  updated_at: optional(i64),
  last_edited_by: optional(string),
  deduplication: optional(anything),
  creates_incident: withDefault(boolean, () => false),
});

/** The alert is flattened into the request, so errors lose their path. */
export const createRequest = (version: VersionBehaviour) => buffered(object(fields(version)));

export const updateRequest = (version: VersionBehaviour) => struct("struct Alert", fields(version));

export type AlertRequest = Decoded<ReturnType<typeof createRequest>>;

export const moveRequest = struct("struct MoveAlertsRequestBody", {
  alert_ids: array(string),
  dst_folder_id: string,
});

export const idsRequest = struct("struct BulkRequest", { ids: array(string) });

export const generateSqlRequest = struct("struct GenerateSqlRequestBody", {
  stream_name: string,
  stream_type: variant(...streamTypes),
  query_condition: queryCondition,
});
