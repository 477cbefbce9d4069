import { type LogStreamRole, logStreamRoles, streams } from "@o2cqrs/contract";
import { eventually, type Row, type ServerStream } from "@o2cqrs/providers/client";
import { select, type TimeWindow, type VerifyContext } from "../context.js";
import { type PersonalData, personalData, placements } from "./personal-data.js";
import { probeRecord, probeRecordId } from "./records.js";

interface ProbeItem {
  readonly recordId: string;
  readonly role: LogStreamRole;
  readonly placement: string;
  readonly data: PersonalData;
}

export interface Leak {
  readonly stream: string;
  readonly placement: string;
}

export interface LeakProbeResult {
  readonly sent: number;
  /** Found in the stream they were sent to. */
  readonly masked: number;
  /** Found in quarantine. */
  readonly quarantined: number;
  readonly streamsSearched: number;
  readonly leaks: readonly Leak[];
  /** Found nowhere. */
  readonly lost: number;
}

const arriveWithinMs = 15_000;
const pageSize = 2_000;

/**
 * Sends known personal data into each log stream with the application's credentials, then looks for it in
 * every stream of the organisation.
 * @param count records a stream, at least
 */
export async function leakProbe(context: VerifyContext, count: number): Promise<LeakProbeResult> {
  const start = Date.now() * 1000 - 1_000_000;
  const items = logStreamRoles.flatMap((role) => itemsFor(role, count));
  for (const role of logStreamRoles) {
    const records = items.filter((item) => item.role === role).map((item) => recordOf(item, context));
    await context.app.telemetry.ingest(streams[role].name, records);
  }
  const window = (): TimeWindow => ({ start, end: Date.now() * 1000 + 1_000_000 });
  const places = await eventually(
    async () => {
      const found = await whereabouts(context, items, window());
      return found.masked + found.quarantined >= items.length ? found : undefined;
    },
    { withinMs: arriveWithinMs },
  ).then((found) => found ?? whereabouts(context, items, window()));
  const { leaks, streamsSearched } = await searchEverywhere(context, items, window());
  return {
    sent: items.length,
    ...places,
    streamsSearched,
    leaks,
    lost: Math.max(0, items.length - places.masked - places.quarantined),
  };
}

function itemsFor(role: LogStreamRole, count: number): ProbeItem[] {
  const names = Object.keys(placements);
  return Array.from({ length: Math.max(count, names.length) }, (_, index) => ({
    recordId: probeRecordId(),
    role,
    placement: names[index % names.length] ?? "",
    data: personalData(),
  }));
}

const recordOf = ({ role, recordId, placement, data }: ProbeItem, context: VerifyContext) => ({
  ...probeRecord(role, recordId, context),
  ...placements[placement]?.(data),
});

async function whereabouts(context: VerifyContext, items: readonly ProbeItem[], window: TimeWindow) {
  const count = async (table: string, column: string, ids: readonly string[]) => {
    const list = ids.map((id) => `'${id}'`).join(", ");
    const rows = await select(
      context,
      `SELECT DISTINCT ${column} AS id FROM "${table}" WHERE ${column} IN (${list})`,
      { window },
    );
    return rows.length;
  };
  const stored = await Promise.all(
    logStreamRoles.map((role) =>
      count(
        streams[role].storedName,
        "recordid",
        items.filter((item) => item.role === role).map(({ recordId }) => recordId),
      ),
    ),
  );
  return {
    masked: stored.reduce((sum, each) => sum + each, 0),
    quarantined: await count(
      streams.quarantine.storedName,
      "record_id",
      items.map(({ recordId }) => recordId),
    ),
  };
}

/** Reads what every stream took in since the probe began, and looks for the made-up data in its text. */
async function searchEverywhere(context: VerifyContext, items: readonly ProbeItem[], window: TimeWindow) {
  const all = searchableStreams(await context.admin.streams.list());
  const leaks: Leak[] = [];
  for (const { name, stream_type } of all) {
    for await (const rows of pages(context, name, stream_type, window)) {
      const text = rows.map((row) => JSON.stringify(row)).join("\n");
      for (const { data, placement } of items) {
        if (data.traces.some((trace) => text.includes(trace))) leaks.push({ stream: name, placement });
      }
    }
  }
  return { leaks, streamsSearched: all.length };
}

/**
 * Streams that can hold a record. For a histogram the server also lists a stream of the metric's own name,
 * which has no column and is not found by a search.
 */
export function searchableStreams<Listed extends Pick<ServerStream, "stream_type" | "schema">>(
  listed: readonly Listed[],
): Listed[] {
  return listed.filter(({ stream_type, schema }) => isSearchable(stream_type) && schema.length > 0);
}

const isSearchable = (type: string): type is "logs" | "metrics" | "traces" =>
  ["logs", "metrics", "traces"].includes(type);

async function* pages(
  context: VerifyContext,
  stream: string,
  type: string,
  window: TimeWindow,
): AsyncGenerator<Row[]> {
  if (!isSearchable(type)) return;
  for (let from = 0; ; from += pageSize) {
    const { rows } = await context.admin.telemetry.search(`SELECT * FROM "${stream}"`, {
      ...window,
      type,
      from,
      size: pageSize,
      signal: context.signal,
    });
    yield rows;
    if (rows.length < pageSize) return;
  }
}
