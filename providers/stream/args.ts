import { rewriteFieldName, rewriteStreamName } from "@o2cqrs/contract";
import { z } from "zod";
import { type Inputs, type StreamType, streamTypeSchema } from "../base/inputs.js";

export type ColumnType = "Utf8" | "Int64" | "Uint64" | "Float64" | "Boolean";

/** How records are spread over files by a column: one folder a value, a hash into buckets, or a prefix. */
export type PartitionType = "value" | "prefix" | { hash: 16 | 32 | 64 | 128 };

export interface StreamSpec {
  /**
   * Name of the stream. Everything outside `[a-zA-Z0-9_:]` becomes `_` and upper case becomes lower, as the
   * server does; the output `name` is the stored one, which SQL, alerts and pipelines want. Changing it
   * replaces the stream.
   */
  name: string;
  /** What the stream holds. Default `logs`. Changing it replaces the stream. */
  type?: StreamType;
  /**
   * Columns that must exist. The server only ever adds columns and keeps their types: one that is left out
   * here later stays, columns that ingest adds are no difference, and another type is refused.
   */
  fields?: { name: string; type: ColumnType }[];
  /** Text columns that `match_all` searches; each must be among `fields`, and none also in `index`. */
  fullTextSearch?: string[];
  /** Columns with an index of exact values. */
  index?: string[];
  /** Columns with a Bloom filter: cheap look-ups of rare values such as trace ids. */
  bloomFilter?: string[];
  /** Columns that files are partitioned by. One that is removed stays listed, disabled. */
  partitionKeys?: { field: string; type?: PartitionType }[];
  /** Days that records are kept; 0 is the server's default (3650 unless configured). Default 0. */
  retentionDays?: number;
  /** Longest time range that one query may cover, in hours; 0 is unlimited. Default 0. */
  maxQueryRangeHours?: number;
  /**
   * Keep each record as it came in a column `_original`. That copy is taken before any pipeline masks it, so
   * it is false unless asked for.
   */
  storeOriginalData?: boolean;
  /** Index `_original`, which makes the server store it too. Default false. */
  indexOriginalData?: boolean;
  /** How many levels of nested objects become columns (0 to 10); absent is the server's default (3). */
  flattenLevel?: number;
  /**
   * Columns that stay columns when there are too many; the rest goes to `_all`. Needs
   * `ZO_ALLOW_USER_DEFINED_SCHEMAS=true` on the server.
   */
  definedSchemaFields?: string[];
  /** Collect distinct values for the user interface's suggestions. Absent leaves the server's choice. */
  enableDistinctFields?: boolean;
  /**
   * Longest wait, in seconds, for an earlier stream of this name to finish being deleted. The server deletes
   * in the background, within its compactor's interval (seconds to an hour). Default 120.
   */
  deletionTimeoutSeconds?: number;
}

export type StreamArgs = Inputs<StreamSpec>;

/** Written as the server stores it, so that the server's rewriting is no difference. */
const columnName = z.string().min(1).transform(rewriteFieldName);
const columnNames = z.array(columnName).default([]);

export const streamFieldSchema = z.strictObject({
  name: columnName,
  type: z.enum(["Utf8", "Int64", "Uint64", "Float64", "Boolean"]),
});

export const partitionTypeSchema = z.union(
  [
    z.enum(["value", "prefix"]),
    z.strictObject({ hash: z.union([z.literal(16), z.literal(32), z.literal(64), z.literal(128)]) }),
  ],
  { error: 'must be "value", "prefix" or {hash: 16 | 32 | 64 | 128}' },
);

export const streamShape = z.strictObject({
  name: z.string().min(1).transform(rewriteStreamName),
  type: streamTypeSchema.default("logs"),
  fields: z.array(streamFieldSchema).default([]),
  fullTextSearch: columnNames,
  index: columnNames,
  bloomFilter: columnNames,
  partitionKeys: z
    .array(z.strictObject({ field: columnName, type: partitionTypeSchema.default("value") }))
    .default([]),
  retentionDays: z.int().min(0).default(0),
  maxQueryRangeHours: z.int().min(0).default(0),
  storeOriginalData: z.boolean().default(false),
  indexOriginalData: z.boolean().default(false),
  flattenLevel: z.int().min(0).max(10).optional(),
  definedSchemaFields: z.array(columnName).optional(),
  enableDistinctFields: z.boolean().optional(),
  deletionTimeoutSeconds: z.int().min(0).default(120),
});

/** Plain inputs with every default filled in. */
export type StreamInputs = z.output<typeof streamShape>;
