/**
 * Every SQL panel on generated records, against figures computed here from the same records. The embedded
 * server is what runs by default; `O2CQRS_TEST_URL` points the suite at another.
 */
import { drill, probe, slowEventMs, streams, syntheticServices, thresholds } from "@o2cqrs/contract";
import { type DashboardSpec, type SqlQuery } from "@o2cqrs/providers";
import { type Row } from "@o2cqrs/providers/client";
import { dashboardSpecs } from "../../../stacks/cqrs/dashboards/index.js";
import { onEveryServer, type TestServer } from "../../providers/servers.js";

type Record_ = Record<string, string | number | boolean> & { _timestamp: number; duration_ms: number };

/** Small, fast, and the same on every run: mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = generator(20);
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;

const end = Date.now() * 1000;
const start = end - 15 * 60_000_000;

function common(bus: string, statuses: readonly string[]): Record_ {
  const type = pick(["Alpha", "Beta", "Gamma"]);
  return {
    _timestamp: Math.floor(start + 1_000_000 + random() * (end - start - 2_000_000)),
    bus,
    env: "test",
    service: "orders",
    version: pick(["1.0.0", "1.1.0"]),
    type,
    handler: `${type}Handler`,
    status: pick(statuses),
    // Skewed, as durations are, and far on both sides of every limit.
    duration_ms: Math.round(random() ** 3 * 30_000) / 10,
    traceid: Math.floor(random() * 2 ** 32).toString(16),
  };
}

const failed = (record: Record_): Record_ =>
  record.status === "error" ? { ...record, error_code: pick(["E_ONE", "E_TWO"]) } : record;

const many = (make: () => Record_): Record_[] => Array.from({ length: 400 }, make);

const records = {
  commands: many(() => failed(common("command", ["start", "success", "success", "error"]))),
  queries: many(() => ({
    ...failed(common("query", ["success", "success", "error"])),
    cache_key: pick(["orders:1", "orders:2", "orders:3"]),
    cache_hit: random() < 0.7,
    stale: false,
  })),
  events: many(() => ({
    ...failed(common("event", ["published", "handled", "handled", "error"])),
    subscriber: pick(["Mailer", "Projector"]),
    dlq: random() < 0.1,
  })),
};

type Role = keyof typeof records;

/** What probes and drills write: failing, slow and dead-lettered, and in no figure. */
const synthetic = (role: Role): Record_[] =>
  syntheticServices.flatMap((service) =>
    records[role].slice(0, 20).map((record) => ({
      ...record,
      service,
      status: "error",
      error_code: "E_ONE",
      duration_ms: 90_000,
      ...(role === "events" && { dlq: true }),
    })),
  );

const quarantined = [
  { record_id: "0b0c0d0e-0000-4000-8000-000000000001" },
  {},
  { record_id: `${probe.recordIdPrefix}0000-4000-8000-000000000002` },
  { record_id: `${drill.recordIdPrefix}0000-4000-8000-000000000003` },
].map((id) => ({
  ...id,
  _timestamp: end - 60_000_000,
  stream: "cqrs-commands",
  reason: "masking failed",
  quarantined_at: new Date(end / 1000).toISOString(),
}));

const limits = {
  commands: thresholds.commandLatencyP95.value,
  queries: thresholds.queryLatencyP95.value,
  events: slowEventMs,
};
const finished = {
  commands: ["success", "error"],
  queries: ["success", "error"],
  events: ["handled", "error"],
};
const ended = (role: Role) => records[role].filter(({ status }) => finished[role].includes(status as string));

/** A real server estimates percentiles from a digest; the embedded one computes them. */
const rankTolerance = process.env.O2CQRS_TEST_URL === undefined ? 0 : 2;

/** A percentile, and between what it may lie. */
class Percentile {
  constructor(
    readonly value: number,
    readonly low: number,
    readonly high: number,
  ) {}

  allows(figure: unknown): boolean {
    return typeof figure === "number" && figure >= this.low - 1e-6 && figure <= this.high + 1e-6;
  }

  valueOf(): number {
    return this.value;
  }
}

/** Linear interpolation between the two nearest ranks; an estimate may be ranks away. */
function quantile(q: number, values: readonly number[]): Percentile {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const at = (index: number) => sorted[Math.min(sorted.length - 1, Math.max(0, index))]!;
  const below = at(Math.floor(rank));
  const above = at(Math.ceil(rank));
  const value = below + (above - below) * (rank - Math.floor(rank));
  if (rankTolerance === 0) return new Percentile(value, value, value);
  return new Percentile(value, at(Math.floor(rank) - rankTolerance), at(Math.ceil(rank) + rankTolerance));
}

/** The rows that were answered, with each percentile that is as it should be written as it was expected. */
function settled(rows: readonly Row[], expectedRows: readonly Row[]): Row[] {
  return rows.map((row) => {
    const same = expectedRows.find((candidate) =>
      Object.entries(candidate).every(([column, value]) =>
        value instanceof Percentile
          ? value.allows(row[column])
          : JSON.stringify(rounded({ column: value })) === JSON.stringify(rounded({ column: row[column] })),
      ),
    );
    return same ?? row;
  });
}

const durations = (of: readonly Record_[]) => of.map(({ duration_ms }) => duration_ms);
const share = (of: readonly Record_[], holds: (record: Record_) => boolean) =>
  of.filter(holds).length / of.length;
const ok = ({ status }: Record_) => status !== "error";
const hit = ({ cache_hit }: Record_) => cache_hit === true;

function groups(of: readonly Record_[], ...keys: string[]): { key: Row; members: Record_[] }[] {
  const found = new Map<string, { key: Row; members: Record_[] }>();
  for (const record of of) {
    const key = Object.fromEntries(keys.map((name) => [name, record[name] ?? null]));
    const name = JSON.stringify(key);
    const group = found.get(name) ?? { key, members: [] };
    group.members.push(record);
    found.set(name, group);
  }
  return [...found.values()];
}

const table = (
  of: readonly Record_[],
  keys: string[],
  figures: (members: Record_[]) => Row,
  limit = Infinity,
  order?: string,
) => {
  const rows = groups(of, ...keys).map(({ key, members }): Row => ({ ...key, ...figures(members) }));
  if (order !== undefined) rows.sort((a, b) => Number(b[order]) - Number(a[order]));
  return rows.slice(0, limit);
};

/** Figures over time: by the server's own starts of intervals, which differ between servers. */
type Over = (rows: readonly Row[]) => Row[];
const overTime =
  (of: readonly Record_[], figures: (members: Record_[]) => Row, ...by: string[]): Over =>
  (rows) => {
    const moments = [...new Set(rows.map(({ moment }) => String(moment)))].sort();
    const startOf = (moment: string) => Date.parse(`${moment.replace(/Z?$/, "")}Z`) * 1000;
    const placed = of.map((record) => ({
      ...record,
      moment: moments.filter((moment) => startOf(moment) <= record._timestamp).at(-1) ?? "before the first",
    }));
    return table(placed, ["moment", ...by], figures);
  };

const counted =
  (name: string) =>
  (members: readonly unknown[]): Row => ({ [name]: members.length });
const slowest = (role: Role, by: string) =>
  table(
    ended(role),
    [by],
    (of) => ({
      operations: of.length,
      p95: quantile(0.95, durations(of)),
      slowest: Math.max(...durations(of)),
    }),
    10,
    "p95",
  );
const dead = records.events.filter(({ dlq }) => dlq === true);

const shared = (role: Role): Record<string, Row[] | Over> => ({
  [`${role}-total`]: [{ value: ended(role).length }],
  [`${role}-success`]: [{ value: share(ended(role), ok) }],
  [`${role}-p95`]: [{ value: quantile(0.95, durations(ended(role))) }],
  [`${role}-trend`]: overTime(ended(role), (of) => ({
    succeeded: of.filter(ok).length,
    failed: of.filter((record) => !ok(record)).length,
  })),
  [`${role}-success-trend`]: overTime(ended(role), (of) => ({ success: share(of, ok) })),
  [`${role}-latency`]: overTime(ended(role), (of) => ({
    p50: quantile(0.5, durations(of)),
    p95: quantile(0.95, durations(of)),
    p99: quantile(0.99, durations(of)),
  })),
  [`${role}-distribution`]: table(
    ended(role).map((record) => ({ ...record, from_ms: Math.floor(record.duration_ms / 50) * 50 })),
    ["from_ms"],
    counted("operations"),
  ),
  [`${role}-slowest-type`]: slowest(role, "type"),
  [`${role}-slowest-handler`]: slowest(role, "handler"),
  [`overview-releases-${role}`]: overTime(records[role], counted("records"), "version"),
  [`${role}-records`]: records[role]
    .filter(({ status, duration_ms }) => status === "error" || duration_ms > limits[role])
    .sort((a, b) => b._timestamp - a._timestamp)
    .slice(0, 100)
    .map(({ _timestamp, type, handler, status, duration_ms, error_code, traceid }) => ({
      _timestamp,
      type,
      handler,
      status,
      duration_ms,
      error_code,
      traceid,
    })),
});

const expected: Record<string, Row[] | Over> = {
  ...shared("commands"),
  ...shared("queries"),
  ...shared("events"),
  "commands-errors": table(
    records.commands.filter((record) => !ok(record)),
    ["type", "error_code"],
    counted("errors"),
    20,
    "errors",
  ),
  "queries-hit-ratio": [{ value: share(ended("queries"), hit) }],
  "queries-hit-ratio-trend": overTime(ended("queries"), (of) => ({ hit_ratio: share(of, hit) })),
  "queries-by-type": overTime(ended("queries"), (of) => ({ p95: quantile(0.95, durations(of)) }), "type"),
  "queries-hit-ratio-by-type": table(ended("queries"), ["type"], (of) => ({
    queries: of.length,
    hit_ratio: share(of, hit),
    p95: quantile(0.95, durations(of)),
  })),
  "queries-hot": table(ended("queries"), ["type", "cache_key"], (of) => ({
    queries: of.length,
    hit_ratio: share(of, hit),
  })),
  "events-dead": [{ value: dead.length }],
  "events-dead-trend": overTime(dead, counted("dead"), "type"),
  "events-subscribers": table(ended("events"), ["subscriber"], (of) => ({
    events: of.length,
    errors: of.filter((record) => !ok(record)).length,
    p95: quantile(0.95, durations(of)),
  })),
  "runtime-quarantine": [{ stream: "cqrs-commands", reason: "masking failed", records: 2 }],
};

const sqlPanels = Object.values<DashboardSpec>(dashboardSpecs).flatMap(({ tabs }) =>
  tabs.flatMap(({ panels }) =>
    panels.flatMap((panel) =>
      "queries" in panel
        ? panel.queries
            .filter((query): query is SqlQuery => query.kind === "sql")
            .map((query) => [panel.id, query] as const)
        : [],
    ),
  ),
);

/** Values that the variables have when a dashboard opens. */
const opened = (text: string) => text.replace(/\$(env|service|version|type|handler)\b/g, ".*");

const rounded = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]) => [key, value instanceof Percentile ? value.value : value])
      .map(([key, value]) => [key, typeof value === "number" ? Number(value.toFixed(6)) : value])
      .sort(([a], [b]) => String(a).localeCompare(String(b))),
  ) as Row;
const inOrder = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(rounded(row))).sort();

onEveryServer("the figures of the dashboards", (on: () => TestServer) => {
  beforeAll(async () => {
    for (const role of ["commands", "queries", "events"] as const)
      await on().server.telemetry.ingest(streams[role].name, [...records[role], ...synthetic(role)]);
    await on().server.telemetry.ingest(streams.quarantine.name, quarantined);
  });

  it("are checked for every SQL panel", () => {
    expect(sqlPanels.map(([id]) => id).filter((id) => !(id in expected))).toEqual([]);
  });

  it.each(sqlPanels)(
    "%s shows what the records of applications say, and nothing of probes and drills",
    async (id, query) => {
      const { rows } = await on().server.telemetry.search(opened(query.sql), { start, end });
      const figures = expected[id]!;
      expect(rows.length).toBeGreaterThan(0);
      const wanted = typeof figures === "function" ? figures(rows) : figures;
      expect(inOrder(settled(rows, wanted))).toEqual(inOrder(wanted));
    },
  );

  it("follow the reader's choice of a type", async () => {
    const [, query] = sqlPanels.find(([id]) => id === "commands-total")!;
    const sql = opened(query.sql.replace("$type", "^Alpha$"));
    const { rows } = await on().server.telemetry.search(sql, { start, end });
    expect(rows).toEqual([{ value: ended("commands").filter(({ type }) => type === "Alpha").length }]);
  });
});
