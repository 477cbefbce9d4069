import type { DashboardContent } from "../dashboards/schema.js";
import type { QueryCondition, TriggerCondition } from "../conditions/query.js";
import type { Column, StreamType } from "../data/store.js";

/** What the metadata store keeps of each kind of object. */

export interface PartitionKey {
  readonly field: string;
  readonly types: string | Readonly<Record<string, number>>;
  readonly disabled: boolean;
}

/** As the API answers them, except for what depends on the version. */
export interface StreamSettings {
  readonly partition_time_level: string;
  readonly partition_keys: readonly PartitionKey[];
  readonly full_text_search_keys: readonly string[];
  readonly index_fields: readonly string[];
  readonly bloom_filter_fields: readonly string[];
  readonly distinct_value_fields: readonly unknown[];
  readonly data_retention: number;
  readonly max_query_range: number;
  readonly storage_type: string;
  readonly store_original_data: boolean;
  readonly approx_partition: boolean;
  /** Microseconds of the last change of the index fields. */
  readonly index_updated_at: number;
  readonly extended_retention_days: readonly { readonly start: number; readonly end: number }[];
  readonly index_original_data: boolean;
  readonly index_all_values: boolean;
  readonly enable_distinct_fields: boolean;
  readonly enable_log_patterns_extraction: boolean;
  readonly defined_schema_fields: readonly string[];
  readonly flatten_level: number | null;
  readonly is_llm_stream: boolean;
}

export interface StreamRecord {
  readonly type: StreamType;
  readonly name: string;
  /** Microseconds. */
  readonly createdAt: number;
  /** Undefined: the stream has never been given settings (made by ingest, or by a create that failed half-way). */
  readonly settings?: StreamSettings;
  /** Column names in the order of the create request; the schema keeps it until other columns come. */
  readonly declared?: readonly string[];
  readonly metrics?: MetricsDescription;
}

export interface MetricsDescription {
  readonly metric_type: string;
  readonly metric_family_name: string;
  readonly help: string;
  readonly unit: string;
}

/** A stream whose deletion has been answered and is not finished. Kept so that a restart finishes it. */
export interface DeletionRecord {
  readonly type: StreamType;
  readonly name: string;
  /** Microseconds. */
  readonly requestedAt: number;
}

export interface FunctionRecord {
  readonly function: string;
  readonly name: string;
  readonly params: string;
  readonly numArgs: number;
  readonly transType: number;
}

export interface OrganizationRecord {
  readonly identifier: string;
  readonly name: string;
  readonly type: "default" | "custom";
  /** Microseconds. */
  readonly createdAt: number;
}

export interface UserRecord {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly role: string;
  /** scrypt, "salt:hash" in hex. A service account has none. */
  readonly passwordHash?: string;
  /** The ingest token of a user, the only credential of a service account. */
  readonly token: string;
  /** Microseconds. */
  readonly createdAt: number;
}

export type { Column };

export interface PipelineNode {
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>> & { readonly node_type: string };
  readonly position: { readonly x: number; readonly y: number };
  readonly io_type: "input" | "default" | "output";
  readonly meta?: Readonly<Record<string, string>>;
  readonly style?: unknown;
}

export interface PipelineEdge {
  readonly id: string;
  readonly source: string;
  readonly target: string;
}

export interface PipelineRecord {
  readonly pipeline_id: string;
  readonly version: number;
  readonly enabled: boolean;
  readonly org: string;
  readonly name: string;
  readonly description: string;
  /** Derived from the first node. */
  readonly source: Readonly<Record<string, unknown>> & { readonly source_type: "realtime" | "scheduled" };
  readonly nodes: readonly PipelineNode[];
  readonly edges: readonly PipelineEdge[];
  /** Microseconds; when it was disabled. */
  readonly paused_at: number | null;
}

export interface TemplateRecord {
  readonly name: string;
  readonly body: string;
  /** True in the organisation `default`, else null; what the client sends is not looked at. */
  readonly isDefault: true | null;
  readonly type: DestinationType;
  /** Subject of an e-mail. */
  readonly title: string;
}

export type DestinationType = "http" | "email" | "sns";

/** As the API answers it, without what was not given. */
export interface DestinationRecord {
  readonly name: string;
  readonly url: string;
  readonly method: "post" | "put" | "get";
  readonly skip_tls_verify: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of a template; a pipeline destination has none. */
  readonly template?: string;
  readonly emails: readonly string[];
  readonly sns_topic_arn?: string;
  readonly aws_region?: string;
  readonly type: DestinationType;
  readonly output_format?: unknown;
  readonly destination_type_name?: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Not answered. */
  readonly module: "alert" | "pipeline";
}

export interface AlertRecord {
  readonly id: string;
  readonly name: string;
  readonly org_id: string;
  readonly stream_type: string;
  readonly stream_name: string;
  readonly is_real_time: boolean;
  readonly query_condition: QueryCondition;
  readonly trigger_condition: TriggerCondition;
  /** Names. */
  readonly destinations: readonly string[];
  readonly template?: string;
  readonly context_attributes?: Readonly<Record<string, string>>;
  readonly row_template: string;
  readonly row_template_type: "String" | "Json";
  readonly description: string;
  readonly enabled: boolean;
  readonly tz_offset: number;
  readonly creates_incident: boolean;
  readonly owner: string;
  readonly last_edited_by: string;
  readonly deduplication?: unknown;
  readonly folder_id: string;
}

/** What evaluating an alert leaves behind. */
export interface AlertStateRecord {
  /** Microseconds; 0 before the first evaluation. */
  readonly last_triggered_at: number;
  /** Microseconds; when it last found what it looks for. */
  readonly last_satisfied_at: number | null;
}

export type FolderType = "dashboards" | "alerts" | "reports";

export interface FolderRecord {
  readonly folderId: string;
  readonly name: string;
  readonly description: string;
}

export interface DashboardRecord {
  readonly folderId: string;
  readonly content: DashboardContent;
}

/** As the API answers it, but for the dashboard. */
export interface AnnotationRecord {
  readonly dashboardId: string;
  readonly annotation_id: string;
  /** Microseconds. */
  readonly start_time: number;
  /** Microseconds; null for a moment. */
  readonly end_time: number | null;
  readonly title: string;
  readonly text: string | null;
  readonly tags: readonly string[];
  /** Ids of panels. */
  readonly panels: readonly string[];
}

export interface SavedViewRecord {
  readonly org_id: string;
  readonly view_id: string;
  readonly view_name: string;
  readonly data: unknown;
}
