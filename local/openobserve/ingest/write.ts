import { type ServerContext } from "../context.js";
import { BatchBuilder } from "../data/batch.js";
import { type ColumnType, type StreamKey } from "../data/store.js";
import { activePipeline } from "../pipeline/active.js";
import { Gatherer } from "../pipeline/gather.js";
import { defaultFlattenLevel, flatten, type FlatRecord } from "./flatten.js";
import { compactJson, isObject, type JsonValue } from "./json.js";
import { afterIngest } from "./observers.js";
import { RejectedRecord, recordTime } from "./timestamp.js";

/** What became of the records of one request for one stream. */
export interface Outcome {
  /** Rows written, so a record that reached two outputs counts twice. */
  successful: number;
  failed: number;
  /** Why the last of the failed ones failed. */
  error?: string;
}

export interface IngestOptions {
  /** Columns whose type is known beforehand. */
  readonly types?: Readonly<Record<string, ColumnType>>;
  readonly onRejected?: (record: JsonValue, reason: string) => void;
}

const pipelines = new Gatherer();

/**
 * Takes records for a stream of logs or traces: through its pipeline if it has one, else as they are. Resolves
 * when what was accepted survives a crash.
 * @throws NotAnObject when a record is no object and there is no pipeline; StreamBeingDeleted
 */
export async function ingestRecords(
  context: ServerContext,
  key: StreamKey,
  records: readonly JsonValue[],
  { types = {}, onRejected }: IngestOptions = {},
): Promise<Outcome> {
  const outcome: Outcome = { successful: 0, failed: 0 };
  const rows = new RowsByStream(context, types);
  context.streams.assertNotBeingDeleted(key);
  const add = (to: StreamKey, flat: FlatRecord, record: JsonValue): void => {
    try {
      rows.add(to, flat, record);
    } catch (error) {
      if (!(error instanceof RejectedRecord)) throw error;
      outcome.failed++;
      outcome.error = error.message;
      onRejected?.(record, error.message);
    }
  };
  const pipeline = activePipeline(context, key);
  if (pipeline) {
    // The copy of the original is that from before any function ran: what masking removed is still in it.
    for (const { destination, record, index } of await pipelines.execute(pipeline, records)) {
      // Outputs of another type get nothing, as observed.
      if (destination.type !== key.type) continue;
      add({ ...destination, organization: key.organization }, record, records[index] ?? null);
    }
  } else {
    const level =
      context.streams.settings(key).flatten_level ?? (key.type === "logs" ? defaultFlattenLevel : 0);
    for (const record of records) add(key, flatten(record, level), record);
  }
  outcome.successful = await rows.write();
  return outcome;
}

/** Collects rows by the stream they go to, as each stream's settings want them. */
class RowsByStream {
  readonly #streams = new Map<string, { key: StreamKey; rows: BatchBuilder; prepare: Prepare }>();

  constructor(
    private readonly context: ServerContext,
    private readonly types: Readonly<Record<string, ColumnType>>,
  ) {}

  /** @throws RejectedRecord */
  add(key: StreamKey, record: FlatRecord, original: JsonValue): void {
    record._timestamp = recordTime(record._timestamp, () => this.context.clock.micros());
    let stream = this.#streams.get(key.name);
    if (!stream) {
      stream = { key, rows: new BatchBuilder(this.types), prepare: preparation(this.context, key) };
      this.#streams.set(key.name, stream);
    }
    stream.rows.add(stream.prepare(record, original));
  }

  /** @returns how many rows were written */
  async write(): Promise<number> {
    const { context } = this;
    let written = 0;
    await Promise.all(
      [...this.#streams.values()].map(async ({ key, rows }) => {
        await context.streams.prepareWrite(key, context.clock.micros());
        const batch = rows.build();
        await context.data.appendBatch(key, batch);
        written += batch.size;
        afterIngest(context, key, batch);
      }),
    );
    return written;
  }
}

type Prepare = (record: FlatRecord, original: JsonValue) => FlatRecord;

/** Columns that the server fills itself. */
const ownColumns = new Set(["_timestamp", "_o2_id", "_original", "_all_values"]);

/** Applies the settings that change what is stored: declared fields, the original record, all values as one text. */
function preparation(context: ServerContext, key: StreamKey): Prepare {
  const settings = context.streams.settings(key);
  const declared = context.options.userDefinedSchemas ? settings.defined_schema_fields : [];
  const keepsOriginal = settings.store_original_data || settings.index_original_data;
  if (declared.length === 0 && !keepsOriginal && !settings.index_all_values) return (record) => record;
  const known = new Set([...declared, "_timestamp"]);
  return (record, original) => {
    const row = declared.length === 0 ? record : onlyDeclared(record, known);
    if (keepsOriginal && isObject(original)) {
      row._original = compactJson(original);
      row._o2_id = context.ids.snowflake();
    }
    if (settings.index_all_values) {
      const values = Object.entries(row).filter(([name, value]) => !ownColumns.has(name) && value !== null);
      row._all_values = values.map(([, value]) => compactJson(value)).join(" ");
    }
    return row;
  };
}

/** What is not declared goes into one column `_all`, as JSON whose values are all text. */
function onlyDeclared(record: FlatRecord, known: ReadonlySet<string>): FlatRecord {
  const row: FlatRecord = {};
  const rest: FlatRecord = {};
  for (const [name, value] of Object.entries(record)) {
    if (known.has(name)) row[name] = value;
    else rest[name] = String(value ?? "");
  }
  if (Object.keys(rest).length > 0) row._all = compactJson(rest);
  return row;
}
