import type { z } from "zod";
import type { Kind } from "../base/kind.js";
import { differingPaths, type Properties } from "../base/values.js";
import {
  type Delta,
  type NewStreamSettings,
  type ServerField,
  type ServerPartitionKey,
  type ServerStream,
  type StreamSettingsChange,
  ValidationError,
} from "../client/index.js";
import { type StreamInputs, streamShape } from "./args.js";

/** Columns that the server searches by itself and that therefore cannot partition. */
const searchedByDefault = new Set([
  "log",
  "message",
  "msg",
  "content",
  "data",
  "body",
  "json",
  "error",
  "errors",
]);

/**
 * What the server would refuse, some of it only after it has made the stream: a full-text column must exist
 * as text, a column has one kind of index, and the server's own columns take no part.
 */
export const streamSchema = streamShape.superRefine((stream, context) => {
  const refuse = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path, message });

  const types = new Map(stream.fields.map((field) => [field.name, field.type]));
  stream.fields.forEach((field, i) => {
    if (stream.fields.findIndex((other) => other.name === field.name) < i)
      refuse(["fields", i, "name"], `column ${field.name} is given twice`);
  });
  stream.fullTextSearch.forEach((name, i) => {
    if (types.get(name) !== "Utf8")
      refuse(["fullTextSearch", i], `column ${name} must be among fields, with type Utf8`);
    if (stream.index.includes(name))
      refuse(["fullTextSearch", i], `column ${name} cannot be in index as well`);
    if (stream.bloomFilter.includes(name))
      refuse(["fullTextSearch", i], `column ${name} cannot be in bloomFilter as well`);
  });
  stream.partitionKeys.forEach(({ field }, i) => {
    if (searchedByDefault.has(field) || stream.fullTextSearch.includes(field))
      refuse(["partitionKeys", i, "field"], `column ${field} is searched as text and cannot partition`);
  });
  for (const key of ["fullTextSearch", "index", "bloomFilter"] as const)
    stream[key].forEach((name, i) => {
      if (name === "_timestamp" || name === "_all") refuse([key, i], `${name} is the server's own column`);
    });
  if (stream.indexOriginalData && !stream.storeOriginalData)
    refuse(
      ["storeOriginalData"],
      "must be true when indexOriginalData is: the server stores what it indexes",
    );
});

export const streamKind: Kind<StreamInputs> = {
  name: "Stream",
  schema: streamSchema satisfies z.ZodType<StreamInputs>,
  comparable,
  replaceOn: ["name", "type"],
};

/**
 * Lists are sets to the server, and a newer one adds each column with a Bloom filter to the index. How long
 * to wait for a deletion is this side's business.
 */
function comparable(stream: StreamInputs): Properties {
  return {
    ...stream,
    deletionTimeoutSeconds: undefined,
    fields: Object.fromEntries(stream.fields.map(({ name, type }) => [name, type])),
    fullTextSearch: sorted(stream.fullTextSearch),
    index: sorted(stream.index.filter((name) => !stream.bloomFilter.includes(name))),
    bloomFilter: sorted(stream.bloomFilter),
    partitionKeys: Object.fromEntries(stream.partitionKeys.map(({ field, type }) => [field, type])),
    definedSchemaFields: stream.definedSchemaFields && sorted(stream.definedSchemaFields),
  };
}

/**
 * What the arguments leave to the server is no difference: columns beyond the declared ones, which ingest
 * adds, and settings that are absent.
 */
export function onlyManaged<T extends Partial<StreamInputs>>(stream: T, by: StreamInputs): T {
  const declared = new Set(by.fields.map(({ name }) => name));
  return {
    ...stream,
    fields: stream.fields?.filter(({ name }) => declared.has(name)),
    flattenLevel: by.flattenLevel === undefined ? undefined : stream.flattenLevel,
    enableDistinctFields: by.enableDistinctFields === undefined ? undefined : stream.enableDistinctFields,
    // With user-defined schemas on, the server itself adds every column of a create.
    definedSchemaFields: stream.definedSchemaFields?.filter((name) => by.definedSchemaFields?.includes(name)),
    ...(by.definedSchemaFields === undefined && { definedSchemaFields: undefined }),
  };
}

/** All of a stream as it is on the server, in terms of arguments. */
export function asArguments(
  { name, schema, settings }: ServerStream,
  type: StreamInputs["type"],
): Omit<StreamInputs, "deletionTimeoutSeconds"> {
  return {
    name,
    type,
    fields: schema.flatMap((column) => {
      const known = columnType(column.type);
      return known === undefined ? [] : [{ name: column.name, type: known }];
    }),
    fullTextSearch: settings.full_text_search_keys ?? [],
    index: settings.index_fields ?? [],
    bloomFilter: settings.bloom_filter_fields ?? [],
    partitionKeys: enabledPartitionKeys(settings.partition_keys),
    retentionDays: settings.data_retention,
    maxQueryRangeHours: settings.max_query_range,
    storeOriginalData: settings.store_original_data,
    indexOriginalData: settings.index_original_data,
    flattenLevel: settings.flatten_level ?? undefined,
    enableDistinctFields: settings.enable_distinct_fields,
    definedSchemaFields: settings.defined_schema_fields ?? [],
  };
}

/** The arguments that would describe a stream as it is on the server, as far as the wanted ones say anything. */
export function inputsFrom(stream: ServerStream, wanted: StreamInputs): StreamInputs {
  const { deletionTimeoutSeconds } = wanted;
  return onlyManaged({ ...asArguments(stream, wanted.type), deletionTimeoutSeconds }, wanted);
}

/** Long text and text views are text. */
function columnType(type: string): StreamInputs["fields"][number]["type"] | undefined {
  if (/^(large)?utf8(view)?$/i.test(type)) return "Utf8";
  return (["Int64", "Uint64", "Float64", "Boolean"] as const).find(
    (known) => known.toLowerCase() === type.toLowerCase(),
  );
}

/** A removed partition key stays in the map, disabled; one that is there was written as an array. */
function enabledPartitionKeys(
  keys: ServerStream["settings"]["partition_keys"],
): StreamInputs["partitionKeys"] {
  return Object.values(keys)
    .filter((key) => key.disabled !== true)
    .map(({ field, types }) => ({ field, type: types as StreamInputs["partitionKeys"][number]["type"] }));
}

/** The body of a create: lists whole, partition keys as an array. */
export function createBody(stream: StreamInputs): {
  fields: readonly ServerField[];
  settings: NewStreamSettings;
} {
  return {
    fields: stream.fields,
    settings: {
      partition_keys: stream.partitionKeys.map(serverPartitionKey),
      full_text_search_keys: stream.fullTextSearch,
      index_fields: stream.index,
      bloom_filter_fields: stream.bloomFilter,
      data_retention: stream.retentionDays,
      max_query_range: stream.maxQueryRangeHours,
      store_original_data: stream.storeOriginalData,
      index_original_data: stream.indexOriginalData,
      ...(stream.definedSchemaFields && { defined_schema_fields: stream.definedSchemaFields }),
      ...(stream.flattenLevel !== undefined && { flatten_level: stream.flattenLevel }),
      ...(stream.enableDistinctFields !== undefined && {
        enable_distinct_fields: stream.enableDistinctFields,
      }),
    },
  };
}

/**
 * The next settings request on the way from one stream to another: missing columns, else what is added to and
 * removed from each list and the single values that differ. Undefined when nothing does.
 *
 * @throws ValidationError when a column would have to change its type, which the server answers with 200
 * and does not do
 */
export function settingsChange(
  current: StreamInputs,
  wanted: StreamInputs,
): StreamSettingsChange | undefined {
  const is = comparable(current);
  const shall = comparable(wanted);
  const differs = new Set(differingPaths(is, shall).map((path) => path.split(/[.[]/, 1)[0]));
  if (differs.size === 0) return undefined;
  refuseTypeChanges(current, wanted);
  const has = (field: StreamInputs["fields"][number]) =>
    current.fields.some(({ name }) => name === field.name);
  // The server looks for full-text columns in the schema before it adds columns: these go first, alone.
  if (differs.has("fields"))
    return { fields: { add: wanted.fields.filter((field) => !has(field)), remove: [] } };
  return {
    ...(differs.has("fullTextSearch") && {
      full_text_search_keys: delta(current.fullTextSearch, wanted.fullTextSearch),
    }),
    ...(differs.has("index") && {
      index_fields: delta(current.index, [...wanted.index, ...wanted.bloomFilter]),
    }),
    ...(differs.has("bloomFilter") && {
      bloom_filter_fields: delta(current.bloomFilter, wanted.bloomFilter),
    }),
    ...(differs.has("partitionKeys") && {
      partition_keys: partitionDelta(current.partitionKeys, wanted.partitionKeys),
    }),
    ...(differs.has("definedSchemaFields") && {
      defined_schema_fields: delta(current.definedSchemaFields ?? [], wanted.definedSchemaFields ?? []),
    }),
    ...(differs.has("retentionDays") && { data_retention: wanted.retentionDays }),
    ...(differs.has("maxQueryRangeHours") && { max_query_range: wanted.maxQueryRangeHours }),
    ...(differs.has("storeOriginalData") && { store_original_data: wanted.storeOriginalData }),
    ...(differs.has("indexOriginalData") && { index_original_data: wanted.indexOriginalData }),
    ...(differs.has("flattenLevel") && { flatten_level: wanted.flattenLevel }),
    ...(differs.has("enableDistinctFields") && { enable_distinct_fields: wanted.enableDistinctFields }),
  } as StreamSettingsChange;
}

/** The server keeps a column's type for ever, whatever it answers. */
export function refuseTypeChanges(
  current: Pick<StreamInputs, "fields" | "name">,
  wanted: StreamInputs,
): void {
  const types = new Map(current.fields.map(({ name, type }) => [name, type]));
  const changed = wanted.fields.filter(({ name, type }) => (types.get(name) ?? type) !== type);
  if (changed.length === 0) return;
  const list = changed.map(({ name, type }) => `${name} is ${types.get(name) ?? ""}, not ${type}`).join("; ");
  throw new ValidationError({
    method: "PUT",
    path: `/streams/${wanted.name}/settings`,
    serverMessage: `the type of a column cannot be changed: ${list}`,
    cure: "Declare the column with the type it has, or delete the stream first, which deletes its data.",
  });
}

/** An earlier stream of this name is still going away. */
export function isBeingDeleted(error: unknown): boolean {
  return error instanceof ValidationError && error.serverMessage.includes("is being deleted");
}

function delta(current: readonly string[], wanted: readonly string[]): Delta {
  return {
    add: [...new Set(wanted)].filter((name) => !current.includes(name)),
    remove: current.filter((name) => !wanted.includes(name)),
  };
}

function partitionDelta(
  current: StreamInputs["partitionKeys"],
  wanted: StreamInputs["partitionKeys"],
): Delta<ServerPartitionKey> {
  const isIn = (keys: StreamInputs["partitionKeys"]) => (key: StreamInputs["partitionKeys"][number]) =>
    keys.some((other) => differingPaths(other, key).length === 0);
  return {
    add: wanted.filter((key) => !isIn(current)(key)).map(serverPartitionKey),
    remove: current.filter((key) => !isIn(wanted)(key)).map(serverPartitionKey),
  };
}

const serverPartitionKey = ({ field, type }: StreamInputs["partitionKeys"][number]): ServerPartitionKey => ({
  field,
  types: type,
});

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();
