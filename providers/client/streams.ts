import { z } from "zod";
import { undefinedIfMissing } from "./missing.js";
import { anything } from "./server-answers.js";
import { path, type Transport } from "./transport.js";

/** A list setting is changed by what is added to it and removed from it, never written whole. */
export interface Delta<T = string> {
  readonly add: readonly T[];
  readonly remove: readonly T[];
}

export interface ServerField {
  readonly name: string;
  readonly type: string;
}

export type ServerPartitionType = "value" | "prefix" | { hash: number };

export interface ServerPartitionKey {
  readonly field: string;
  readonly types: ServerPartitionType;
}

/** Settings as create takes them: lists whole. */
export interface NewStreamSettings {
  readonly partition_keys?: readonly ServerPartitionKey[];
  readonly full_text_search_keys?: readonly string[];
  readonly index_fields?: readonly string[];
  readonly bloom_filter_fields?: readonly string[];
  readonly defined_schema_fields?: readonly string[];
  readonly data_retention?: number;
  readonly max_query_range?: number;
  readonly store_original_data?: boolean;
  readonly index_original_data?: boolean;
  readonly flatten_level?: number;
  readonly enable_distinct_fields?: boolean;
}

/** Settings as update takes them: lists as deltas. */
export type StreamSettingsChange = {
  readonly [K in keyof NewStreamSettings]: NonNullable<NewStreamSettings[K]> extends readonly (infer E)[]
    ? Delta<E>
    : NewStreamSettings[K];
} & { readonly fields?: Delta<ServerField> };

const partitionKeySchema = z.looseObject({
  field: z.string(),
  types: z.union([z.enum(["value", "prefix"]), z.object({ hash: z.number() })]),
  disabled: z.boolean().optional(),
});

const names = z.array(z.string()).nullish();

export const serverStreamSchema = z.looseObject({
  name: z.string(),
  stream_type: z.string(),
  schema: z.array(z.looseObject({ name: z.string(), type: z.string() })).default([]),
  settings: z.looseObject({
    /** A map `L0`, `L1`, ... whose order changes from read to read; removed keys stay, disabled. */
    partition_keys: z
      .union([z.record(z.string(), partitionKeySchema), z.array(partitionKeySchema)])
      .default({}),
    full_text_search_keys: names,
    index_fields: names,
    bloom_filter_fields: names,
    defined_schema_fields: names,
    data_retention: z.number().default(0),
    max_query_range: z.number().default(0),
    store_original_data: z.boolean().default(false),
    index_original_data: z.boolean().default(false),
    flatten_level: z.number().nullish(),
    enable_distinct_fields: z.boolean().optional(),
  }),
});

export type ServerStream = z.output<typeof serverStreamSchema>;

/** Streams. Names must be the stored ones: DELETE does not rewrite them. */
export class Streams {
  constructor(
    private readonly transport: Transport,
    private readonly organization: string,
  ) {}

  /** All streams with their real settings and columns (without `fetchSchema` the server gives defaults). */
  async list(type?: string, options: { readonly signal?: AbortSignal } = {}): Promise<ServerStream[]> {
    const answer = await this.transport.send({
      method: "GET",
      path: path`/api/${this.organization}/streams`,
      query: { type, fetchSchema: true },
      ...options,
      answer: z.object({ list: z.array(serverStreamSchema) }),
    });
    return answer.list;
  }

  async get(name: string, type: string): Promise<ServerStream | undefined> {
    return undefinedIfMissing(
      this.transport.send({
        method: "GET",
        path: path`/api/${this.organization}/streams/${name}/schema`,
        query: { type },
        answer: serverStreamSchema,
      }),
    );
  }

  async create(
    name: string,
    type: string,
    body: { readonly fields: readonly ServerField[]; readonly settings: NewStreamSettings },
  ): Promise<void> {
    await this.transport.send({
      method: "POST",
      path: path`/api/${this.organization}/streams/${name}`,
      query: { type },
      body,
      answer: anything,
    });
  }

  async updateSettings(name: string, type: string, change: StreamSettingsChange): Promise<void> {
    await this.transport.send({
      method: "PUT",
      path: path`/api/${this.organization}/streams/${name}/settings`,
      query: { type },
      body: change,
      answer: anything,
    });
  }

  /** Starts the deletion, which ends in the background. One that is gone is no failure. */
  async delete(name: string, type: string): Promise<void> {
    await undefinedIfMissing(
      this.transport.send({
        method: "DELETE",
        path: path`/api/${this.organization}/streams/${name}`,
        query: { type },
        answer: anything,
      }),
    );
  }
}
