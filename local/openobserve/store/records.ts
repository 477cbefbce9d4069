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
